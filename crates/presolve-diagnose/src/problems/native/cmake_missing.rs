use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "cmake-missing",
    message: "",
    signs: &[
        Sign::sure("CMake must be installed"),
        Sign::sure("No such file or directory: 'cmake'"),
        Sign::sure("cmake: ").matching(r"(?:^|[\s:/])cmake: (?:command )?not found"),
        Sign::sure("Cannot find CMake executable"),
        Sign::sure("CMake is not installed"),
        Sign::sure("Could not find \"cmake\" executable"),
        Sign::sure("Problem with the CMake installation").near(&["No such file"]),
    ],
    explains: &[
        "compile-error",
        "pip-build-failed",
        "cmake-failed",
        "r-package-install-failed",
        "command-not-found",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("cmake_missing.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "cmake-version-incompatible",
    message: "",
    signs: &[
        Sign::sure("Compatibility with CMake <").matching(r"has been removed"),
        Sign::sure("or higher is required.")
            .matching(r"CMake (?P<version>\S+) or higher is required\.\s+You are running version"),
        Sign::sure("CMake >=").matching(r"CMake >= ?(?P<version>\S+) is required"),
    ],
    explains: &[
        "compile-error",
        "pip-build-failed",
        "cmake-failed",
        "r-package-install-failed",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("cmake_version_incompatible.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "compiler-too-old",
    message: "the compiler does not know the flag `{flag}`",
    signs: &[Sign::sure("unrecognized command")
        .matching(r"error: unrecognized command[- ]line option ['\x22‘“](?P<flag>[^'\x22’”]+)")],
    explains: &[
        "compile-error",
        "pip-build-failed",
        "make-failed",
        "cmake-failed",
        "r-package-install-failed",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("compiler_too_old.md"),
};

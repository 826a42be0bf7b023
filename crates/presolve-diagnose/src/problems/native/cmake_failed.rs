use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "cmake-failed",
    message: "",
    signs: &[
        Sign::likely("CMake Error"),
        Sign::likely("Configuring incomplete, errors occurred"),
    ],
    explains: &["pip-build-failed", "make-failed", "compile-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("cmake_failed.md"),
};

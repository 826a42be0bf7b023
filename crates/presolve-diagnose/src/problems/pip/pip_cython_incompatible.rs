use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-cython-incompatible",
    message: "",
    signs: &[
        Sign::sure("AttributeError: cython_sources"),
        Sign::sure("Cython.Compiler.Errors.CompileError"),
        Sign::likely("Error compiling Cython file"),
    ],
    explains: &["pip-build-failed", "compile-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_cython_incompatible.md"),
};

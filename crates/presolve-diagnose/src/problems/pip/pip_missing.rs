use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-missing",
    message: "",
    signs: &[
        Sign::sure("No module named").matching(r"No module named '?pip(?:\.\w+)*'?\s*$"),
        Sign::sure("No module named ensurepip"),
        Sign::sure("ensurepip is not available"),
        Sign::sure("cannot import name 'main'").near(&["pip"]),
        Sign::sure("cannot import name main").near(&["pip"]),
    ],
    explains: &["python-module-missing", "pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_missing.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-pip-without-python",
    message: "",
    signs: &[Sign::sure("Got pip specs without Python")],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_lock_pip_without_python.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-python-missing",
    message: "",
    signs: &[
        Sign::sure("no python interpreter is added to the dependencies"),
        Sign::sure("No Python record found in the lock file"),
        Sign::sure("a python interpreter is missing from the lock file"),
    ],
    explains: &["pixi-not-solved"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_python_missing.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-lock-outdated",
    message: "",
    signs: &[
        Sign::sure("changed significantly since poetry.lock was last generated"),
        Sign::sure("poetry.lock is not up to date with pyproject.toml"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_lock_outdated.md"),
};

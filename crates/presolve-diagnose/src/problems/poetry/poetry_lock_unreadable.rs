use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-lock-unreadable",
    message: "Poetry cannot read `poetry.lock`",
    signs: &[
        Sign::sure("The lock file is not compatible with the current version of Poetry"),
        Sign::sure("Unable to read the lock file ("),
        Sign::sure("The lock file does not have a metadata entry"),
        Sign::sure("No lockfile found. Unable to read locked packages"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_lock_unreadable.md"),
};

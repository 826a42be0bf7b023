use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-variable-missing",
    message: "the lock file needs the environment variable `{variable}`",
    signs: &[Sign::sure("Cannot run render lockfile")
        .matching(r"Missing environment variables: (?P<variable>\w+)")],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_lock_variable_missing.md"),
};

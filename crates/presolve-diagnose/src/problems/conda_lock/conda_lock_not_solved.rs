use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-not-solved",
    message: "conda-lock found no solution for `{platform}`",
    signs: &[Sign::likely("Could not lock the environment for")
        .matching(r"for platform (?P<platform>[\w-]+)")],
    explains: &["conda-unexpected-error"],
    solvable: true,
    of_the_search: false,
    text: include_str!("conda_lock_not_solved.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-solving-failed",
    message: "Poetry found no versions that satisfy all requirements",
    signs: &[
        Sign::sure("version solving failed"),
        Sign::sure("SolverProblemError"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_solving_failed.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-solving-failed",
    message: "",
    signs: &[
        Sign::sure("version solving failed"),
        Sign::sure("SolverProblemError"),
        Sign::sure("changed significantly since poetry.lock was last generated"),
        Sign::sure("poetry.lock is not up to date with pyproject.toml"),
        Sign::sure("Poetry could not find a pyproject.toml file"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_solving_failed.md"),
};

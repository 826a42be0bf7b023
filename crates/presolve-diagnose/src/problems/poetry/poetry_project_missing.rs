use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-project-missing",
    message: "there is no `pyproject.toml` in `{path}`",
    signs: &[
        Sign::sure("Poetry could not find a pyproject.toml file")
            .matching(r"file in (?P<path>\S+)(?: or its parents)?"),
        Sign::sure("Poetry could not find a pyproject.toml file"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_project_missing.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-project-missing",
    message: "",
    signs: &[
        Sign::sure("No `pyproject.toml` found in current directory"),
        Sign::sure("does not appear to be a Python project, as neither"),
    ],
    explains: &["pip-directory-not-installable"],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_project_missing.md"),
};

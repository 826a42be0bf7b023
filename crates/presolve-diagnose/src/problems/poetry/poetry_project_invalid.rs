use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-project-invalid",
    message: "Poetry cannot read `pyproject.toml`",
    signs: &[
        Sign::sure("The Poetry configuration is invalid"),
        Sign::sure("[tool.poetry] section not found in"),
        Sign::sure("Invalid TOML file")
            .matching(r"Invalid TOML file (?P<path>\S+)")
            .near(&["poetry"]),
        Sign::sure("Either [project.name] or [tool.poetry.name] is required"),
    ],
    explains: &["poetry-project-missing"],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_project_invalid.md"),
};

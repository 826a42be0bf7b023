use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-project-invalid",
    message: "",
    signs: &[
        Sign::sure("Failed to parse: `").matching(r"Failed to parse: `[^`]*pyproject\.toml`"),
        Sign::sure("Failed to parse `pyproject.toml`"),
        Sign::sure("but is not a workspace member"),
        Sign::sure("No `project` table found in"),
        Sign::sure("Failed to parse `tool.uv.sources`"),
        Sign::sure("is missing a `pyproject.toml`").matching(r"Workspace member"),
        Sign::likely("TOML parse error at line").near(&["uv sync", "uv pip", "uv lock", "uv run"]),
    ],
    explains: &["pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_project_invalid.md"),
};

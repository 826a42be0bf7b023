use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-environment-missing",
    message: "",
    signs: &[
        Sign::sure("No virtual environment found")
            .matching(r"No virtual environment found(?:;| for| in|$)")
            .unless_near(&["poetry"]),
        Sign::sure("Failed to locate a virtualenv or Conda environment"),
        Sign::sure("No Python interpreters found in virtual environments"),
        Sign::sure("failed to canonicalize path")
            .matching(r"path [`']?(?P<path>\S*/bin/python[\d.]*)"),
    ],
    explains: &["uv-python-missing"],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_environment_missing.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-spec-not-found",
    message: "",
    signs: &[
        Sign::sure("SpecNotFound").matching(r"(?:^|[.\s*`])SpecNotFound\b"),
        Sign::sure("Invalid name, try the format: user/package"),
        Sign::sure("EnvironmentSpecPluginNotDetected"),
    ],
    explains: &["conda-unexpected-error", "conda-environment-file-missing"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_spec_not_found.md"),
};

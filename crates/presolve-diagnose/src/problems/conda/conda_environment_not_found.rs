use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-environment-not-found",
    message: "there is no conda environment `{environment}`",
    signs: &[
        Sign::sure("EnvironmentLocationNotFound").matching(
            r"EnvironmentLocationNotFound: Not a conda environment: (?P<environment>\S+)",
        ),
        Sign::sure("Could not find conda environment")
            .matching(r"Could not find conda environment: (?P<environment>\S+)"),
        Sign::sure("EnvironmentNameNotFound"),
        Sign::sure("critical libmamba The given prefix does not exist"),
        Sign::sure("Expected environment not found at prefix")
            .matching(r"at prefix: (?P<environment>\S+)"),
        Sign::sure("No prefix found at:").matching(r"No prefix found at: (?P<environment>\S+)"),
        Sign::sure("Cannot activate, prefix does not exist at")
            .matching(r"does not exist at: '(?P<environment>[^']+)'"),
    ],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_environment_not_found.md"),
};

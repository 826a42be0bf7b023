use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-invalid-metadata",
    message: "",
    signs: &[
        Sign::sure("has invalid metadata:")
            .matching(r"(?:Requested|of) (?P<package>[A-Za-z0-9][\w.-]*)")
            .unless_near(&["Successfully installed"]),
        Sign::sure("Please use pip<24.1").unless_near(&["Successfully installed"]),
        Sign::sure("InvalidVersion: Invalid version")
            .matching(r"InvalidVersion: Invalid version: '(?P<version>[^']*)'"),
        Sign::sure("suffix can only be used with")
            .unless_near(&["Successfully installed", "DEPRECATION"]),
    ],
    explains: &[
        "pip-no-matching-distribution",
        "pip-build-failed",
        "pip-invalid-requirement",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_invalid_metadata.md"),
};

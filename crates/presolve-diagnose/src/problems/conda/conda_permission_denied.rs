use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-permission-denied",
    message: "",
    signs: &[
        Sign::sure("EnvironmentNotWritableError"),
        Sign::sure("NotWritableError").matching(r"\bNotWritableError\b"),
        Sign::sure("NoWritablePkgsDirError"),
        Sign::sure("NoWritableEnvsDirError"),
        Sign::sure("The current user does not have write permissions to"),
        Sign::likely("Permission denied")
            .matching(r"Permission denied: '(?P<path>[^']*conda[^']*)'")
            .near(&["CondaError", "conda.core", "conda/core", "conda/gateways"]),
        Sign::sure("critical libmamba").matching(r"critical libmamba .*[Pp]ermission denied"),
        Sign::sure("Could not find any writable cache directory for repodata"),
    ],
    explains: &[
        "conda-unexpected-error",
        "permission-denied",
        "conda-link-failed",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_permission_denied.md"),
};

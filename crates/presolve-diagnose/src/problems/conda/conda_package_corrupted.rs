use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-package-corrupted",
    message: "conda's copy of `{package}` is corrupted",
    signs: &[
        Sign::sure("CondaVerificationError")
            .matching(r"CondaVerificationError(?:: The package for (?P<package>\S+) located)?"),
        Sign::sure("specified in the package manifest cannot be found"),
        Sign::sure("libmamba Package cache error"),
        Sign::sure("failed to open ").matching(
            r"failed to open \S+/pkgs/(?P<package>[A-Za-z0-9_][\w.-]*?)-[^-/\s]+-[^-/\s]+/info/\S+: No such file",
        ),
        Sign::sure("Found incorrect downloads. Aborting"),
        Sign::likely("SafetyError"),
        Sign::likely("appears to be corrupted").near(&["conda"]),
        Sign::likely("CorruptedEnvironmentError"),
    ],
    explains: &["conda-unexpected-error", "conda-clobber"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_package_corrupted.md"),
};

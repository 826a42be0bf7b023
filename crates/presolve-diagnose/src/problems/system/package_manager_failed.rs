use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "package-manager-failed",
    message: "",
    signs: &[
        Sign::sure("unable to select packages"),
        Sign::sure("(no such package)").matching(r"(?P<package>\S+) \(no such package\)"),
        Sign::sure("unsatisfiable constraints"),
        Sign::sure("Unable to find a match:").matching(r"Unable to find a match: (?P<package>\S+)"),
        Sign::sure("No package ").matching(r"^No package (?P<package>\S+) available"),
        Sign::sure("Cannot find a valid baseurl for repo"),
        Sign::sure("Failed to download metadata for repo")
            .matching(r"[Ff]ailed to download metadata for repo '(?P<repo>[^']+)'"),
        Sign::sure("No match for argument:").matching(r"No match for argument: (?P<package>\S+)"),
        Sign::sure("error: target not found:").matching(r"target not found: (?P<package>\S+)"),
    ],
    explains: &["name-resolution-failed", "download-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("package_manager_failed.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-link-failed",
    message: "conda could not install `{package}`",
    signs: &[
        Sign::sure("An error occurred while installing package").matching(r"installing package '(?:(?P<channel>\S+)::)?(?P<package>[A-Za-z0-9_][\w.-]*?)(?:-[^-\s']+-[^-\s']+)?\.?'"),
        Sign::sure("LinkError").matching(r"\bLinkError: "),
        Sign::sure("post-link script failed for package"),
        Sign::sure("failed to execute pre/post link script").matching(r"link script for (?P<package>[\w.-]+)"),
        Sign::likely("An error occurred while uninstalling package"),
        Sign::sure("critical libmamba").matching(r"critical libmamba (?:filesystem error: cannot (?:create|copy)|Could not link|Transaction failed)"),
    ],
    explains: &["conda-unexpected-error", "conda-clobber"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_link_failed.md"),
};

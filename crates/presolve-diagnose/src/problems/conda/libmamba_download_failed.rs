use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "libmamba-download-failed",
    message: "mamba could not download from `{host}`",
    signs: &[
        Sign::sure("Download error (").matching(r"Download error \((?P<curl>\d+)\)[^\[]*(?:\[(?P<url>https?://(?P<host>[^/\]\s]+)[^\]\s]*))?").unless_near(&["retrying"]),
        Sign::sure("critical libmamba").matching(r"critical libmamba .*(?:Download|download|not loaded|status (?:4|5)\d\d|HTTP)"),
        Sign::sure("libmamba Could not load").matching(r"error\s+libmamba Could not load (?:repodata|index)"),
        Sign::sure("Transfer finalized, status:").matching(r"status: (?P<status>[45]\d\d) \[(?P<url>https?://(?P<host>[^/\]\s]+)[^\]\s]*)").near(&["critical", "error    libmamba"]),
        Sign::sure("RuntimeError: Download error"),
        Sign::sure("Could not download environment lock or yaml file").matching(r"file from (?P<url>https?://(?P<host>[^/\s]+)\S*)"),
        Sign::sure("RuntimeError: Multiple errors occured"),
    ],
    explains: &["conda-lock-not-solved", "conda-unexpected-error", "name-resolution-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("libmamba_download_failed.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "download-failed",
    message: "",
    signs: &[
        Sign::sure("curl: (").matching(r"curl: \((?P<curl>[1-57-9]|[1-9]\d)\) (?P<error>.*)"),
        Sign::sure("ERROR ").matching(r"^ERROR (?P<status>[45]\d\d): "),
        Sign::sure("awaiting response...")
            .matching(r"awaiting response\.\.\. (?P<status>[45]\d\d)"),
        Sign::sure("wget: server returned error")
            .matching(r"server returned error: HTTP/\S+ (?P<status>\d+)"),
        Sign::sure("failed: Connection").matching(r"failed: Connection (?:refused|timed out)"),
        Sign::sure("urllib.error.HTTPError").matching(r"HTTPError: HTTP Error (?P<status>\d+)"),
        Sign::sure("urllib.error.URLError"),
        Sign::sure("ERROR: cannot verify")
            .matching(r"cannot verify (?P<host>[\w.-]+)'s certificate"),
        Sign::sure("Miniconda").matching(r"(?i)WARNING: md5sum mismatch of tar archive"),
        Sign::likely("invalid response status")
            .matching(r"invalid response status (?P<status>[45]\d\d)"),
    ],
    explains: &["command-not-found", "conda-command-not-found"],
    solvable: false,
    of_the_search: false,
    text: include_str!("download_failed.md"),
};

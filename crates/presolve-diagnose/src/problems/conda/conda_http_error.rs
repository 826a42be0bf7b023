use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-http-error",
    message: "conda could not download from `{host}`",
    signs: &[
        Sign::sure("CondaHTTPError").matching(r"CondaHTTPError: HTTP (?P<status>\d{3})[^<]*(?:<(?P<url>https?://(?P<host>[^/>\s:]+)[^>\s]*))?"),
        Sign::sure("CondaHTTPError").matching(r"CondaHTTPError\b"),
        Sign::likely("An HTTP error occurred when trying to retrieve this URL"),
        Sign::sure("Downloaded bytes did not match Content-Length"),
        Sign::sure("for url <http").matching(r"HTTP (?P<status>\d{3}) [A-Z ]+ for url <(?P<url>https?://(?P<host>[^/>\s:]+)[^>\s]*)"),
        Sign::likely("Connection error: HTTPSConnectionPool").matching(r"(?i)^error: connection error: .*host=.?'(?P<host>[\w.-]+)"),
        Sign::likely("ChunkedEncodingError").near(&["conda install", "conda env", "conda create", "/conda/"]),
        Sign::likely("Could not connect to https://").matching(r"Could not connect to (?P<url>https://(?P<host>(?:repo|conda)\.(?:anaconda|continuum)\.\w+)\S*)"),
    ],
    explains: &["conda-lock-not-solved", "conda-unexpected-error", "name-resolution-failed", "pip-network-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_http_error.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-network-error",
    message: "pip could not download from `{host}`",
    signs: &[
        Sign::sure("ReadTimeoutError").matching(r"^\W*pip\._vendor\.\S*ReadTimeoutError: (?:.*host='(?P<host>[\w.-]+)')?"),
        Sign::sure("ConnectTimeout").matching(r"^\W*pip\._vendor\.\S*ConnectTimeout"),
        Sign::sure("ConnectionError").matching(r"^\W*pip\._vendor\.\S*ConnectionError: (?:.*host='(?P<host>[\w.-]+)')?"),
        Sign::sure("ProtocolError").matching(r"^\W*pip\._vendor\.\S*ProtocolError: "),
        Sign::sure("IncompleteRead").matching(r"^\W*pip\._vendor\.\S*IncompleteRead"),
        Sign::sure("incomplete-download"),
        Sign::sure("Could not install packages due to an").matching(r"due to an (?:OSError|EnvironmentError): (?:HTTPS?ConnectionPool\(host='(?P<host>[\w.-]+)'|\(?['\x22]Connection)"),
        Sign::sure("Retry(total=0").near(&["No matching distribution found", "Could not fetch URL"]).unless_near(&["Successfully installed", "SSLError", "ProxyError"]),
        Sign::sure("Could not fetch URL").matching(r"Could not fetch URL (?P<url>https?://(?P<host>[^/\s]+)\S*): connection error").near(&["No matching distribution found"]),
        Sign::likely("Read timed out").matching(r"(?:ReadTimeoutError|TimeoutError|timeout).*host='(?P<host>[\w.-]+)'.*Read timed out").unless_near(&["Retrying (Retry", "CondaHTTPError", "conda.anaconda", "repo.anaconda", "npm"]),
        Sign::likely("socket.timeout: The read operation timed out"),
    ],
    explains: &["pip-no-matching-distribution", "pip-build-failed", "name-resolution-failed", "pip-os-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_network_error.md"),
};

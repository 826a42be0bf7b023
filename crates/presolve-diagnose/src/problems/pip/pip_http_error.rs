use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-http-error",
    message: "`{host}` returned status {status} to pip",
    signs: &[
        Sign::sure("ERROR: HTTP error").matching(r"HTTP error (?P<status>\d{3}) while getting (?P<url>https?://(?P<host>[^/\s]+)\S*)"),
        Sign::sure("Client Error").matching(r"(?P<status>40[03-9]|41\d|42\d|45\d) Client Error: .* for url: (?P<url>https?://(?P<host>[^/\s]+)\S*)").unless_near(&["CondaHTTPError", "huggingface", "Successfully installed"]),
        Sign::sure("Server Error").matching(r"(?P<status>5\d\d) Server Error: .* for url: (?P<url>https?://(?P<host>[^/\s]+)\S*)").unless_near(&["CondaHTTPError", "Successfully installed"]),
        Sign::sure("Could not install requirement").matching(r"Could not install requirement (?P<requirement>(?P<package>[A-Za-z0-9][\w.-]*)\S*) .*because of HTTP error"),
    ],
    explains: &["pip-no-matching-distribution", "pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_http_error.md"),
};

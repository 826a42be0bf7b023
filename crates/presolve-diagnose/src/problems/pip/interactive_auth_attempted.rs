use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "interactive-auth-attempted",
    message: "`{host}` requires credentials, and the build has none",
    signs: &[
        Sign::sure("EOF when reading a line").near(&["User for ", "pip", "[Minimal] ", "Username"]),
        Sign::sure("User for ").matching(r"^\W*User for (?P<host>[\w.-]+):"),
        Sign::sure("401 Error, Credentials not correct for")
            .matching(r"Credentials not correct for (?P<url>https?://(?P<host>[^/\s]+)\S*)"),
        Sign::sure("Client Error")
            .matching(r"401 Client Error: .* for url: (?P<url>https?://(?P<host>[^/\s]+)\S*)")
            .unless_near(&["CondaHTTPError", "huggingface"]),
        Sign::sure("could not read Username for")
            .matching(r"could not read Username for '(?P<url>https?://(?P<host>[^/'\s]+)[^']*)'"),
        Sign::sure("could not read Password for")
            .matching(r"could not read Password for '(?P<url>https?://(?P<host>[^/'\s]+)[^']*)'"),
        Sign::sure("To sign in, use a web browser to open the page")
            .near(&["pip", "conda", "docker"]),
        Sign::sure("Interactive authentication")
            .matching(r"[Ii]nteractive auth(?:entication)? (?:is not|was attempted|required)"),
        Sign::likely("HTTP error 401 while getting"),
        Sign::sure("due to a lack of valid authentication credentials")
            .matching(r"index URL \((?P<url>https?://(?P<host>[^/\s)]+)[^)]*)\)"),
        Sign::likely("Authorization error accessing")
            .matching(r"accessing (?P<url>https?://(?P<host>[^/\s]+)\S*)"),
        Sign::sure("Support for password authentication was removed"),
        Sign::likely("fatal: Authentication failed for")
            .matching(r"Authentication failed for '(?P<url>https?://(?P<host>[^/'\s]+)[^']*)'"),
    ],
    explains: &[
        "pip-no-matching-distribution",
        "pip-build-failed",
        "git-clone-failed",
        "pip-network-error",
        "pip-http-error",
        "uv-network-error",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("interactive_auth_attempted.md"),
};

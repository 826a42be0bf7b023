use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-network-error",
    message: "Poetry could not connect to `{host}`",
    signs: &[
        Sign::sure("All attempts to connect to").matching(r"connect to (?P<host>[\w.:-]+) failed"),
        Sign::sure("Failed HTTP request: ")
            .matching(r"HTTP request: \w+ (?P<url>https?://(?P<host>[^/\s]+)\S*)")
            .near(&["poetry"]),
        Sign::likely("HTTPSConnectionPool(host='")
            .matching(
                r"host='(?P<host>[\w.-]+)', port=\d+\): (?:Read timed out|Max retries exceeded)",
            )
            .near(&["poetry"])
            .unless_with(&["Retrying"]),
    ],
    explains: &["name-resolution-failed", "pip-network-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_network_error.md"),
};

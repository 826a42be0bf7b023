use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-network-error",
    message: "uv could not download from `{host}`",
    signs: &[
        Sign::sure("Request failed after").matching(r"Request failed after \d+ retr"),
        Sign::sure("Failed to fetch: `")
            .matching(r"Failed to fetch: `(?P<url>https?://(?P<host>[^/`]+)[^`]*)`"),
        Sign::likely("Failed to download")
            .matching(r"Failed to download `(?P<package>[A-Za-z0-9][\w.-]*)=="),
        Sign::likely("error sending request for url")
            .matching(r"url \((?P<url>https?://(?P<host>[^/)]+)[^)]*)\)")
            .near(&[
                "uv sync",
                "uv pip",
                "uv lock",
                "uv run",
                "uv tool",
                "uv python",
            ]),
        Sign::sure("Failed to download: ").matching(r"error: Failed to download: (?P<package>[A-Za-z0-9][\w.-]*)"),
        // reqwest's message for a status of the server.
        Sign::sure("HTTP status ").matching(r"HTTP status (?:client|server) error \((?P<status>\d{3})[^)]*\) for url \((?P<url>https?://(?P<host>[^/)]+)[^)]*)\)").near(&["uv sync", "uv pip", "uv lock", "uv run", "uv tool", "uv python", "Failed to download: "]),
    ],
    explains: &[
        "uv-no-solution",
        "pixi-not-solved",
        "name-resolution-failed",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_network_error.md"),
};

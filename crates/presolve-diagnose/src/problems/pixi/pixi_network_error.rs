use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-network-error",
    message: "pixi could not download from `{host}`",
    signs: &[
        Sign::sure("error sending request for url")
            .matching(r"url \((?P<url>https?://(?P<host>[^/)]+)[^)]*)\)")
            .near(&["pixi"]),
        // reqwest's message for a status of the server.
        Sign::sure("HTTP status ").matching(r"HTTP status (?:client|server) error \((?P<status>\d{3})[^)]*\) for url \((?P<url>https?://(?P<host>[^/)]+)[^)]*)\)").near(&["pixi"]),
        Sign::sure("requires network access, but pixi is running in offline mode"),
    ],
    explains: &["name-resolution-failed", "pixi-not-solved"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_network_error.md"),
};

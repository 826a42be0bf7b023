use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-proxy-error",
    message: "",
    signs: &[
        Sign::sure("ProxyError(")
            .near(&["/simple/", "pip"])
            .unless_near(&["Successfully installed", "CondaHTTPError"]),
        Sign::sure("Cannot connect to proxy")
            .near(&["/simple/", "pip"])
            .unless_near(&["Successfully installed", "CondaHTTPError"]),
        Sign::likely("Missing dependencies for SOCKS support"),
    ],
    explains: &[
        "pip-no-matching-distribution",
        "pip-network-error",
        "pip-build-failed",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_proxy_error.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-proxy-error",
    message: "",
    signs: &[
        Sign::sure("Conda cannot proceed due to an error in your proxy configuration"),
        Sign::sure("ProxyError(").near(&["CondaHTTPError", "conda_exe", "/conda/gateways"]),
        Sign::sure("InvalidProxyURL").near(&["conda"]),
    ],
    explains: &[
        "conda-http-error",
        "conda-unexpected-error",
        "conda-ssl-error",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_proxy_error.md"),
};

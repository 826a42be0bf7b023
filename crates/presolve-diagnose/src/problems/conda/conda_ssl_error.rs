use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-ssl-error",
    message: "",
    signs: &[
        Sign::sure("CondaSSLError"),
        Sign::sure("OpenSSL appears to be unavailable on this machine"),
        Sign::sure("SSL verification error").near(&["conda"]),
        Sign::sure("ssl_verify does not contain a valid file path"),
        Sign::likely("SSL module is not available")
            .near(&["conda install", "conda env", "conda create"])
            .unless_near(&["pip is configured"]),
    ],
    explains: &["conda-http-error", "conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_ssl_error.md"),
};

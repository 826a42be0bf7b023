use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-ssl-error",
    message: "pip could not make a secure connection to `{host}`",
    signs: &[
        Sign::sure("problem confirming the ssl certificate").matching(r"Could not fetch URL (?P<url>https?://(?P<host>[^/\s]+)\S*): There was a problem confirming"),
        Sign::sure("problem confirming the ssl certificate"),
        Sign::sure("the ssl module in Python is not available"),
        // rustls, in uv and pixi.
        Sign::sure("invalid peer certificate"),
        Sign::sure("Can't connect to HTTPS URL because the SSL module is not available"),
        Sign::sure("CERTIFICATE_VERIFY_FAILED").near(&["pip install", "pip._vendor", "pip/_vendor", "Could not install packages", "/simple/"]).unless_near(&["CondaHTTPError", "CondaSSLError", "Successfully installed"]),
        Sign::likely("CERTIFICATE_VERIFY_FAILED").unless_near(&["conda", "Successfully installed"]),
        Sign::sure("Error [SSL:").near(&["pip"]),
    ],
    explains: &["uv-network-error", "pixi-network-error", "uv-no-solution", "pixi-not-solved", "pip-no-matching-distribution", "pip-network-error", "pip-build-failed", "python-module-missing", "pip-proxy-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_ssl_error.md"),
};

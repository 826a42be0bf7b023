use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "npm-failed",
    message: "",
    signs: &[
        Sign::likely("npm ERR!"),
        Sign::likely("npm error").matching(r"^\s*npm error (?:code|\S)"),
        Sign::likely("gyp ERR!"),
        Sign::likely("error An unexpected error occurred").near(&["yarn"]),
        Sign::sure("ERR_OSSL_EVP_UNSUPPORTED"),
        Sign::likely("RuntimeError: npm").matching(r"npm (?:dependencies|build) failed"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("npm_failed.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "registry-certificate-untrusted",
    message: "",
    signs: &[
        Sign::sure("x509: "),
        Sign::sure("server gave HTTP response to HTTPS client"),
    ],
    explains: &[
        "image-pull-backoff",
        "registry-unreachable",
        "acr-unreachable",
        "image-pull-unauthorized",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("registry_certificate_untrusted.md"),
};

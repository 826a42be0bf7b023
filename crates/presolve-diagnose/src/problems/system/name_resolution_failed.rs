use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "name-resolution-failed",
    message: "the address of `{host}` could not be found",
    signs: &[
        Sign::sure("Could not resolve host")
            .matching(r"Could not resolve host: '?(?P<host>[\w.-]+)"),
        Sign::sure("unable to resolve host address")
            .matching(r"unable to resolve host address ['‘](?P<host>[\w.-]+)"),
        Sign::likely("Temporary failure in name resolution").unless_near(&["Retrying (Retry"]),
        Sign::likely("Name or service not known").unless_near(&["Retrying (Retry"]),
        Sign::likely("getaddrinfo").matching(r"getaddrinfo (?:EAI_AGAIN|ENOTFOUND|failed)"),
        Sign::likely("bad address").matching(r"wget: bad address '(?P<host>[\w.-]+)"),
    ],
    explains: &["download-failed", "git-clone-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("name_resolution_failed.md"),
};

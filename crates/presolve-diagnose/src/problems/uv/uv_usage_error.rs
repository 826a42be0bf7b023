use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-usage-error",
    message: "",
    signs: &[
        Sign::sure("error: unexpected argument '")
            .matching(r"unexpected argument '(?P<option>[^']+)'")
            .near(&["Usage: uv"]),
        Sign::sure("error: unrecognized subcommand '")
            .matching(r"subcommand '(?P<option>[^']+)'")
            .near(&["Usage: uv"]),
        Sign::sure("cannot be used with")
            .matching(r"the argument '.*' cannot be used with")
            .near(&["Usage: uv"]),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_usage_error.md"),
};

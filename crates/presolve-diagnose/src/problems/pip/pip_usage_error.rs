use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-usage-error",
    message: "",
    signs: &[
        Sign::sure("no such option:").matching(r"no such option: (?P<option>\S+)"),
        Sign::sure("You must give at least one requirement to install"),
        Sign::sure(": error: ").matching(r"pip\d?: error: "),
        Sign::sure("ERROR: unknown command")
            .matching(r"unknown command \x22(?P<command>[^\x22]+)\x22"),
        Sign::sure("option --single-version-externally-managed not recognized"),
        Sign::likely("Can not perform a '--user' install"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_usage_error.md"),
};

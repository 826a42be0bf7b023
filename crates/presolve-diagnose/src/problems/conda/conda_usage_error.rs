use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-usage-error",
    message: "",
    signs: &[
        Sign::sure(": error: ").matching(r"^\W*(?:conda(?:-env)?|mamba|micromamba)(?:-script\.py)?(?: \w+)?: error: (?P<error>.+)$"),
        Sign::sure("CommandNotFoundError: No command").matching(r"No command '(?P<command>[^']+)'"),
        Sign::sure("The following arguments were not expected").near(&["mamba"]),
        Sign::sure("The following argument was not expected").near(&["mamba"]),
        Sign::sure("No target prefix specified").near(&["mamba"]),
        Sign::sure("Incompatible configuration. Aborting"),
        Sign::sure("found multiple spec file types"),
        Sign::sure("Error: No such option:").matching(r"No such option: (?P<error>\S+)").near(&["Usage: conda-lock"]),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_usage_error.md"),
};

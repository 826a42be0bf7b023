use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-python-missing",
    message: "uv found no {python}",
    signs: &[
        Sign::sure("No interpreter found")
            .matching(r"No interpreter found for (?P<python>\S+ [^ ]+) in"),
        Sign::sure("No interpreter found").matching(r"No interpreter found (?:for|in|at) "),
        Sign::sure("No download found for request").matching(r"for request: (?P<python>\S+)"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_python_missing.md"),
};

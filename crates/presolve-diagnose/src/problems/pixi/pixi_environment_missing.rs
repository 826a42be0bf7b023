use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-environment-missing",
    message: "the manifest has no environment `{environment}`",
    signs: &[Sign::sure("unknown environment '")
        .matching(r"unknown environment '(?P<environment>[^']+)'")],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_environment_missing.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-not-solved",
    message: "pixi found no solution for the environment `{environment}`",
    signs: &[
        Sign::likely("failed to solve").matching(r"failed to solve (?:the (?:conda|pypi) )?requirements of environment '(?P<environment>[^']+)'"),
        Sign::likely("failed to resolve pypi dependencies"),
    ],
    explains: &[],
    solvable: true,
    of_the_search: false,
    text: include_str!("pixi_not_solved.md"),
};

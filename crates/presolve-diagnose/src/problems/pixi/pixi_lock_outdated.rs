use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-lock-outdated",
    message: "",
    signs: &[
        Sign::sure("not up-to-date with the")
            .matching(r"lock[- ]?file (?:is )?not up-to-date with the (?:workspace|project)"),
        Sign::sure("not up-to-date with requested environment"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_lock_outdated.md"),
};

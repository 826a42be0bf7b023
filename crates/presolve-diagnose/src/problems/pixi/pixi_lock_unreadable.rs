use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-lock-unreadable",
    message: "",
    signs: &[
        Sign::sure("Failed to load lock file from"),
        Sign::sure("is newer than supported")
            .matching(r"(?:×|\bx|[Ee]rror:)\s.*[Ll]ock-file version \d+ is newer"),
        Sign::sure("some information from the lock file could not be parsed"),
        Sign::sure("missing `version` field in lock file"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_lock_unreadable.md"),
};

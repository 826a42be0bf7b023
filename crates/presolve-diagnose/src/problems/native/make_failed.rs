use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "make-failed",
    message: "",
    signs: &[Sign::likely(": *** [").matching(r"^\s*make(?:\[\d+\])?: \*\*\* \[.*\] Error \d+")],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("make_failed.md"),
};

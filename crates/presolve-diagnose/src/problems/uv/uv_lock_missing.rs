use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-lock-missing",
    message: "",
    signs: &[Sign::sure("Unable to find lockfile").matching(r"Unable to find lockfile (?:at|for)")],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_lock_missing.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-lock-unreadable",
    message: "",
    signs: &[
        Sign::sure("Failed to parse `uv.lock`"),
        Sign::sure("uses an unsupported schema version").matching(r"uv\.lock"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_lock_unreadable.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-lock-outdated",
    message: "",
    signs: &[
        Sign::sure("needs to be updated, but `")
            .matching(r"The lockfile at `[^`]*uv\.lock` needs to be updated"),
        Sign::sure("has non-canonical formatting at line").matching(r"The lockfile at"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_lock_outdated.md"),
};

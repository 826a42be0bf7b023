use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "git-lfs-quota-exceeded",
    message: "",
    signs: &[
        Sign::sure("is over its data quota"),
        Sign::sure("exceeded its LFS budget"),
        Sign::likely("smudge filter lfs failed"),
    ],
    explains: &["git-clone-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("git_lfs_quota_exceeded.md"),
};

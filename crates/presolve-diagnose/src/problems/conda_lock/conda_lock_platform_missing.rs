use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-platform-missing",
    message: "the lock file has no solution for `{platform}`",
    signs: &[
        Sign::sure("does not contain a solution for the current")
            .matching(r"current platform (?P<platform>[\w-]+)"),
        Sign::sure("is not compatible with system platform")
            .matching(r"system platform '(?P<platform>[\w-]+)'"),
        Sign::sure("The lockfile might not be resolved for your platform")
            .matching(r"your platform \((?P<platform>[\w-]+)"),
        Sign::sure("not compatible with the lockfile's supported environments"),
    ],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_lock_platform_missing.md"),
};

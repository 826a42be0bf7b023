use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-timeout",
    message: "",
    signs: &[
        Sign::sure("LockError")
            .matching(r"\bLockError\b")
            .unless_near(&["npm"]),
        Sign::sure("It looks like conda is already doing something"),
        Sign::sure("LockFile error. Aborting"),
        Sign::sure("libmamba Could not").matching(r"libmamba Could not (?:set lock|lock)"),
        Sign::likely("Cannot lock '").near(&["mamba"]),
    ],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_lock_timeout.md"),
};

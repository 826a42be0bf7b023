use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-solver-incompatible",
    message: "",
    signs: &[
        Sign::sure("Failed to parse json").near(&[
            "conda_lock",
            "conda-lock",
            "Could not lock the environment",
        ]),
        Sign::sure("JSONDecodeError").near(&["conda_lock/", "conda-lock lock"]),
        Sign::sure("KeyError: '")
            .matching(r"KeyError: '(?:actions|pkgs_dirs|package cache|LINK|FETCH)'")
            .near(&["conda_lock/"]),
        Sign::sure("Unable to extract pkgs_dirs from"),
    ],
    explains: &["conda-lock-not-solved", "conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_lock_solver_incompatible.md"),
};

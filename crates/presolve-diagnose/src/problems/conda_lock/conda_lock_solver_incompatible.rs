use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-solver-incompatible",
    message: "",
    signs: &[
        Sign::sure("Failed to parse json").near(&["conda_lock", "conda-lock"]),
        Sign::sure("JSONDecodeError").near(&["conda_lock/", "conda-lock lock"]),
        Sign::likely("KeyError: 'actions'").near(&["conda_lock/"]),
        Sign::sure("Unable to extract pkgs_dirs from"),
    ],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_lock_solver_incompatible.md"),
};

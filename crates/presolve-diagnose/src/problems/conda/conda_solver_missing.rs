use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-solver-missing",
    message: "",
    signs: &[
        Sign::sure("You have chosen a non-default solver backend"),
        Sign::sure("CondaValueError: Key 'solver'"),
        Sign::likely("Error while loading conda entry point: conda-libmamba-solver"),
    ],
    explains: &["shared-library-missing", "conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_solver_missing.md"),
};

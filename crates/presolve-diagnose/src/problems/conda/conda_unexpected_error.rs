use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-unexpected-error",
    message: "",
    signs: &[
        Sign::likely("An unexpected error has occurred. Conda has prepared the above report"),
        Sign::likely("An unexpected error has occurred, please consider sending"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_unexpected_error.md"),
};

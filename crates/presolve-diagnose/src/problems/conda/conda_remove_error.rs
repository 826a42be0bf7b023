use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-remove-error",
    message: "conda itself needs `{package}`",
    signs: &[
        Sign::sure("RemoveError")
            .matching(r"RemoveError: '(?P<package>\S+)' is a dependency of conda"),
        Sign::sure("cannot be removed from").near(&["conda's operating environment"]),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_remove_error.md"),
};

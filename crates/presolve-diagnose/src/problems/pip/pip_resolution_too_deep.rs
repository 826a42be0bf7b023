use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-resolution-too-deep",
    message: "",
    signs: &[
        Sign::sure("resolution-too-deep"),
        Sign::sure("ResolutionTooDeep"),
        Sign::sure("Dependency resolution exceeded maximum depth"),
    ],
    explains: &["pip-backtracking", "pip-build-failed"],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_resolution_too_deep.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-build-failed",
    message: "",
    signs: &[
        Sign::sure("could not initialize the build-backend"),
        Sign::sure("failed to communicate with the build backend"),
        Sign::likely("failed to solve the build environment for package"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_build_failed.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-version-incompatible",
    message: "the project requires pixi {required}",
    signs: &[Sign::sure("this project requires pixi")
        .matching(r"requires pixi '(?P<required>[^']+)', but you have pixi (?P<version>[\w.]+)")],
    explains: &["pixi-manifest-invalid"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_version_incompatible.md"),
};

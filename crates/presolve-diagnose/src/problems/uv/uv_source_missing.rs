use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-source-missing",
    message: "`{path}` is not in the image",
    signs: &[Sign::sure("Distribution not found at:")
        .matching(r"not found at: (?:file://)?(?P<path>\S+)")],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_source_missing.md"),
};

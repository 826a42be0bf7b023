use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-invalid-reference",
    message: "",
    signs: &[
        Sign::sure("invalid reference format"),
        Sign::sure("failed to parse stage name")
            .matching(r#"failed to parse stage name "(?P<image>[^"]*)""#),
        Sign::sure("repository name must be lowercase"),
        Sign::sure("base name (").matching(r"base name \((?P<image>[^)]*)\) should not be blank"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_invalid_reference.md"),
};

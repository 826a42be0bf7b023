use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-layer-limit",
    message: "",
    signs: &[Sign::sure("max depth exceeded").matching(r"(?:^|: )max depth exceeded")],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_layer_limit.md"),
};

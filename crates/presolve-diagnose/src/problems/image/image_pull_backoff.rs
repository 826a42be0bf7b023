use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-pull-backoff",
    message: "Kubernetes cannot pull `{image}`",
    signs: &[
        Sign::likely("Back-off pulling image").matching(r#"pulling image \\?"(?P<image>[^"\\]+)"#),
        Sign::likely("ImagePullBackOff"),
        Sign::likely("ErrImagePull"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_pull_backoff.md"),
};

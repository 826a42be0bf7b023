use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-pull-rate-limited",
    message: "",
    signs: &[
        Sign::sure("toomanyrequests"),
        Sign::sure("You have reached your").matching(r"You have reached your (?:unauthenticated )?pull rate limit"),
        Sign::sure("429 Too Many Requests").matching(r"(?i)(?:failed to (?:solve|copy|authorize|do request|resolve)|unexpected status|daemon|registry|/v2/).*429 Too Many Requests"),
        Sign::sure("TOOMANYREQUESTS"),
    ],
    explains: &["image-pull-backoff", "image-pull-unauthorized", "image-not-found", "image-pull-io-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_pull_rate_limited.md"),
};

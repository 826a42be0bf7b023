use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "docker-push-failed",
    message: "",
    signs: &[
        Sign::likely("failed to push"),
        Sign::likely("error: ")
            .matching(r"(?i)failed to (?:copy|push|store).*(?:blob|layer|image)")
            .near(&["The push refers to", "pushing"]),
        Sign::likely("blob upload unknown"),
        Sign::likely("/blobs/uploads/").matching(r"EOF|reset by peer|broken pipe|timeout"),
        Sign::likely("received unexpected HTTP status: 5")
            .near(&["The push refers to", "failed to push"]),
        Sign::likely("Retrying in 1 second").at_end(),
        Sign::likely("name unknown: The repository with name"),
        Sign::likely("Failed to store").matching(r"(?i)failed to store .*image"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("docker_push_failed.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "docker-credential-helper-missing",
    message: "",
    signs: &[
        Sign::sure("error getting credentials"),
        Sign::sure("docker-credential-")
            .matching(r"docker-credential-\w+.*(?:not found|no such file|exit status)"),
    ],
    explains: &["command-not-found", "image-pull-unauthorized"],
    solvable: false,
    of_the_search: false,
    text: include_str!("docker_credential_helper_missing.md"),
};

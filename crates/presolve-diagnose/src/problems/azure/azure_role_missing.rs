use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "azure-role-missing",
    message: "the identity of the build may not perform `{action}`",
    signs: &[
        Sign::sure("does not have authorization to perform action")
            .matching(r"perform action '(?P<action>[^']+)'"),
        Sign::sure("AuthorizationFailed").matching(r"\b(?:Linked)?AuthorizationFailed\b"),
        Sign::sure("Could not get SAS URL to upload"),
    ],
    explains: &[
        "image-pull-unauthorized",
        "image-pull-forbidden",
        "docker-push-denied",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("azure_role_missing.md"),
};

use super::PUSH;
use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "docker-push-denied",
    message: "the registry refused the image",
    signs: &[
        Sign::sure("denied: ").matching(r"(?i)denied: (?:requested access to the resource is denied|User cannot|permission|The repository|installation not allowed|Your authorization|Unauthenticated)").near(PUSH),
        Sign::sure("unauthorized: ").near(PUSH),
        Sign::sure("failed to push").matching(r"failed to push (?P<image>\S+?):? .*(?:401|403|denied|unauthorized|insufficient_scope|authorization failed)"),
        Sign::sure("is not authorized to perform: ecr:").matching(r"ecr:(?:BatchCheckLayerAvailability|\w*LayerUpload|UploadLayerPart|PutImage)\b"),
        // A pull needs these permissions too.
        Sign::sure("is not authorized to perform: ecr:").matching(r"ecr:(?:BatchGetImage|GetAuthorizationToken)\b").near(PUSH),
        Sign::sure("push access denied").matching(r"push access denied"),
        Sign::sure("no basic auth credentials").near(PUSH),
        Sign::sure("insufficient_scope: authorization failed").near(PUSH),
        Sign::sure("failed to authorize").near(&["pushing manifest", "failed to push"]),
        Sign::sure("authentication required").near(PUSH),
    ],
    explains: &["image-pull-unauthorized", "docker-push-failed", "image-pull-forbidden"],
    solvable: false,
    of_the_search: false,
    text: include_str!("docker_push_denied.md"),
};

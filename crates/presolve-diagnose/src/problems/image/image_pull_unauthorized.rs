use crate::{KnownFailure, Sign, problems::registry::PUSH};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-pull-unauthorized",
    message: "the registry denied the image `{image}`",
    signs: &[
        Sign::sure("pull access denied").matching(r"pull access denied for (?P<image>[^\s,]+)"),
        Sign::sure("unauthorized: authentication required").unless_near(PUSH),
        Sign::sure("unauthorized:").matching(r"unauthorized: (?:incorrect username or password|Application not registered|access to the requested resource|Invalid|invalid|The client|HTTP Basic|aad|AAD)").unless_near(PUSH),
        Sign::sure("/v2/").matching(r"(?:Head|Get) \x22?https?://(?P<host>[^/\x22\s]+)/v2/\S*: (?:denied|unauthorized)\b").unless_near(PUSH),
        Sign::sure("failed to authorize").matching(r"failed to authorize").unless_near(&["403 Forbidden", "toomanyrequests", "i/o timeout", "no such host", "not allowed access", "The push refers"]),
        Sign::sure("401 Unauthorized").matching(r"unexpected status(?: code)?:? .*401 Unauthorized|401 Unauthorized.*(?:docker|registry|/v2/)|(?:docker|registry|/v2/).*401 Unauthorized").unless_near(PUSH),
        Sign::sure("status code from registry 401").unless_near(PUSH),
        Sign::sure("denied: requested access to the resource is denied").unless_near(PUSH),
        Sign::sure("Authentication failed for container registry").matching(r"container registry (?P<host>[\w.-]+)"),
        Sign::sure("Unauthorized error encountered while attempting to connect to the container registry"),
        Sign::sure("no basic auth credentials").unless_near(PUSH),
        Sign::sure("insufficient_scope: authorization failed").unless_near(PUSH),
        Sign::sure("Failed to pull image").matching(r"unauthorized|authentication required"),
        Sign::likely("login attempt to").matching(r"login attempt to https?://(?P<host>[^/\s]+)\S* failed with status: 401"),
        Sign::sure("UNAUTHORIZED").matching(r"\bUNAUTHORIZED\b.*authentication required").unless_near(PUSH),
        Sign::sure("failed to set docker credentials").unless_near(&["not allowed access", "i/o timeout", "no such host", "The push refers"]),
    ],
    explains: &["image-pull-backoff", "image-not-found", "blob-forbidden"],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_pull_unauthorized.md"),
};

use crate::{KnownFailure, Sign, problems::registry::PUSH};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-pull-forbidden",
    message: "",
    signs: &[
        Sign::sure("403 Forbidden").matching(r"(?:failed to (?:authorize|solve|copy|do request|resolve|fetch)|unexpected status|error pulling|error parsing HTTP 403|received unexpected HTTP status|pull|/v2/|registry).*403 Forbidden").unless_near(&["not allowed access", "The push refers to", "failed to push", "CondaHTTPError", "E: Failed to fetch http"]),
        Sign::sure("error parsing HTTP 403 response body").unless_near(&["not allowed access", "The push refers to"]),
        Sign::sure("status code from registry 403").unless_near(PUSH),
        Sign::sure("StatusCode: 403").matching(r"(?:initializing source|reading (?:manifest|blob|signatures)).*StatusCode: 403").unless_near(&["not allowed access"]),
        // A push needs these permissions too.
        Sign::sure("is not authorized to perform: ecr:").matching(r"ecr:(?:BatchGetImage|GetAuthorizationToken)\b").unless_near(PUSH),
        Sign::sure("is not authorized to perform: ecr:GetDownloadUrlForLayer"),
        Sign::sure("denied: permission").matching(r"(?i)denied: permission .* denied on resource").unless_near(PUSH),
        Sign::likely("Forbidden").matching(r"Error response from daemon: .*(?:403|Forbidden)").unless_near(&["not allowed access", "The push refers to"]),
    ],
    explains: &["image-pull-backoff", "image-pull-unauthorized", "registry-unreachable", "image-pull-io-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_pull_forbidden.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "blob-forbidden",
    message: "the storage account `{host}` denied access",
    signs: &[
        Sign::sure("blob.core.windows.net").matching(r"(?P<host>[\w-]+\.blob\.core\.windows\.net).*(?:\b403\b|Forbidden|AuthorizationFailure|AuthorizationPermissionMismatch|AuthenticationFailed)"),
        Sign::sure("403").matching(r"(?:HTTP error |Error |status[^\d]{1,10}|HTTP/\S+ |code[^\d]{1,10})403.*?(?P<host>[\w-]+\.blob\.core\.windows\.net)"),
        Sign::sure("403 ").matching(r"\b403 (?:Client Error|Forbidden|Server failed).*?(?P<host>[\w-]+\.blob\.core\.windows\.net)"),
        Sign::sure("This request is not authorized to perform this operation"),
        Sign::sure("AuthorizationFailure").near(&["blob", "storage"]),
        Sign::sure("AuthorizationPermissionMismatch"),
        Sign::sure("Server failed to authenticate the request").near(&["blob", "storage", "<Error>", "AuthenticationFailed"]),
        Sign::sure("Public access is not permitted on this storage account"),
        Sign::sure("KeyBasedAuthenticationNotPermitted"),
        Sign::sure("Key based authentication is not permitted on this storage account"),
        Sign::sure("does not have required permissions to").near(&["blob", "storage"]),
        Sign::likely("AuthenticationFailed").near(&["blob.core.windows.net"]),
    ],
    explains: &["pip-http-error", "conda-http-error", "build-log-unavailable", "pip-no-matching-distribution"],
    solvable: false,
    of_the_search: false,
    text: include_str!("blob_forbidden.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "permission-denied",
    message: "a step has no permission to use `{path}`",
    signs: &[
        Sign::sure("Permission denied").matching(r"(?:sh|bash): (?:(?:line )?\d+: )?(?P<path>\S+): Permission denied"),
        Sign::sure("permission denied").matching(r#"exec: \\?"(?P<path>[^"\\]+)\\?": permission denied"#),
        Sign::likely("Permission denied").matching(r"(?:mkdir|cp|mv|rm|touch|chmod|chown|ln|tar|install): .*'?(?P<path>/[^':\s]+)'?: (?:Permission denied|Cannot open: Permission denied)"),
        Sign::likely("PermissionError: [Errno 13]").matching(r"Permission denied: '(?P<path>[^']+)'"),
        Sign::sure("Permission denied (os error 13)").matching(r"failed to (?:create|open|write|read|copy|rename|remove)[^`]*`(?P<path>[^`]+)`"),
        Sign::likely("non-zero code: 126"),
        Sign::sure("are you root?"),
        Sign::likely("Operation not permitted").matching(r"(?:chown|chmod|mount|tar): .*Operation not permitted"),
    ],
    explains: &["make-failed", "apt-get-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("permission_denied.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-permission-denied",
    message: "pip has no permission to write to `{path}`",
    signs: &[
        Sign::sure("Could not install packages due to an").matching(
            r"(?:OSError|EnvironmentError): \[Errno 13\] Permission denied: '(?P<path>[^']+)'",
        ),
        Sign::sure("Consider using the `--user` option or check the permissions"),
        Sign::likely("Permission denied").matching(
            r"\[Errno 13\] Permission denied: '(?P<path>[^']*(?:site|dist)-packages[^']*)'",
        ),
    ],
    explains: &["permission-denied", "pip-os-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_permission_denied.md"),
};

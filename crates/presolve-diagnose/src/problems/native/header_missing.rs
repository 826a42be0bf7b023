use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "header-missing",
    message: "a package is built from source, and the header `{header}` is missing",
    signs: &[
        Sign::sure("fatal error:").matching(r"fatal error: '?(?P<header>[\w./+-]+)'?(?:: No such file or directory| file not found)"),
        Sign::sure("error: ").matching(r"error: (?P<header>[\w./+-]+\.h(?:pp)?): No such file or directory"),
        Sign::likely("fatal error C1083").matching(r"include file: '(?P<header>[^']+)'"),
        Sign::likely(".h file").matching(r"(?i)^\W*(?:error: )?(?:could not|cannot|can't) find (?P<header>[\w./]+\.h)\b"),
    ],
    explains: &["compile-error", "pip-build-failed", "cmake-failed", "r-package-install-failed", "make-failed"],
    solvable: true,
    of_the_search: false,
    text: include_str!("header_missing.md"),
};

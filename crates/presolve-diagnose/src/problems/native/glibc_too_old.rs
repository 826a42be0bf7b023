use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "glibc-too-old",
    message: "a program needs `{version}`, which the image does not have",
    signs: &[
        Sign::sure("not found")
            .matching(r"version [`'](?P<version>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found"),
        Sign::sure("GLIBC version")
            .matching(r"(?i)(?:requires|needs) GLIBC (?:version )?>?=? ?(?P<version>[\d.]+)"),
    ],
    explains: &["shared-library-missing", "pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("glibc_too_old.md"),
};

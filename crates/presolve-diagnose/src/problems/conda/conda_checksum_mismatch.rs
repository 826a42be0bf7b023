use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-checksum-mismatch",
    message: "",
    signs: &[
        Sign::sure("ChecksumMismatchError"),
        Sign::sure("MD5MismatchError"),
        Sign::sure("detected a mismatch between the expected content and downloaded content"),
        Sign::sure("critical libmamba").matching(
            r"critical libmamba .*(?:[Cc]hecksum|[Hh]ash|MD5|SHA256).*(?:mismatch|wrong|not match)",
        ),
        Sign::sure("file not valid: SHA256 sum expectation failed"),
    ],
    explains: &[
        "conda-invalid-archive",
        "conda-package-corrupted",
        "conda-unexpected-error",
        "conda-link-failed",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_checksum_mismatch.md"),
};

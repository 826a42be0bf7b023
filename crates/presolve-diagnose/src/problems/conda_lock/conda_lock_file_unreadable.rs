use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-file-unreadable",
    message: "",
    signs: &[
        Sign::sure("MissingLockfileVersion"),
        Sign::sure("UnknownLockfileVersion"),
        Sign::sure("UnknownLockfileKind"),
        Sign::sure("Could not detect the kind of lockfile"),
        Sign::sure("Cannot find platform in lockfile"),
        Sign::sure("Failed to read environment lockfile at"),
        Sign::sure("Fail to parse PackageInfo URL").near(&["lock"]),
        Sign::sure("while reading environment lockfile").unless_with(&["bad file"]),
        Sign::sure("does not seem to be an environment lockfile"),
    ],
    explains: &[
        "conda-yaml-invalid",
        "conda-unexpected-error",
        "conda-bad-spec",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_lock_file_unreadable.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-invalid-archive",
    message: "",
    signs: &[
        Sign::sure("InvalidArchiveError")
            .matching(r"InvalidArchiveError(?:\(.{1,2}Error with archive (?P<archive>\S+?)\.? )?"),
        Sign::sure("You probably need to delete and re-download or re-create this file"),
        Sign::sure("Error opening archive").near(&["libmamba", "mamba"]),
        Sign::sure("Could not extract package").near(&["libmamba", "mamba"]),
    ],
    explains: &[
        "conda-unexpected-error",
        "conda-package-corrupted",
        "conda-link-failed",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_invalid_archive.md"),
};

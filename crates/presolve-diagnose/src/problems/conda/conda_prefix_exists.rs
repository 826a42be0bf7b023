use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-prefix-exists",
    message: "there is already an environment at `{prefix}`",
    signs: &[
        Sign::likely("prefix already exists").matching(r"prefix already exists: (?P<prefix>\S+)"),
        Sign::sure("The target prefix is the base prefix"),
        Sign::sure("DirectoryNotACondaEnvironmentError"),
        Sign::sure("Non-conda folder exists at prefix"),
        Sign::sure("Not allowed pre-existing prefix")
            .matching(r"pre-existing prefix: (?P<prefix>\S+)"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_prefix_exists.md"),
};

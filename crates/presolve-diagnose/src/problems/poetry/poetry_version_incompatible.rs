use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-version-incompatible",
    message: "the project requires Poetry {required}",
    signs: &[Sign::sure("This project requires Poetry").matching(
        r"requires Poetry (?P<required>[^,]+), but you are using Poetry (?P<version>[\w.]+)",
    )],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_version_incompatible.md"),
};

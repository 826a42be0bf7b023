use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-no-candidates",
    message: "no file of `{package}` fits the image",
    signs: &[
        Sign::sure("Unable to find installation candidates for")
            .matching(r"candidates for (?P<package>[A-Za-z0-9][\w.-]*)"),
        Sign::sure("cannot be installed in the current environment {")
            .matching(r"Package .*?(?P<url>https?://\S+)?"),
    ],
    explains: &["pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_no_candidates.md"),
};

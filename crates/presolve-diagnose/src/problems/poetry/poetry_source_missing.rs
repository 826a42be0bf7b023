use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-source-missing",
    message: "`pyproject.toml` has no package source `{source}`",
    signs: &[Sign::sure("Repository \"")
        .matching(r#"Repository "(?P<source>[^"]+)" does not exist"#)
        .near(&["poetry"])],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_source_missing.md"),
};

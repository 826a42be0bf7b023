use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-group-missing",
    message: "`pyproject.toml` has no dependency group `{group}`",
    signs: &[
        Sign::sure("Group(s) not found:").matching(r"not found: (?P<group>[\w.-]+)"),
        Sign::sure("is not specified.")
            .matching(r"^\W*(?:ValueError: )?Extra \[(?P<group>[^\]]+)\] is not specified")
            .near(&["poetry"]),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_group_missing.md"),
};

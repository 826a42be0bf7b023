use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-group-missing",
    message: "the project has no group or extra `{group}`",
    signs: &[
        Sign::sure("`dependency-groups` table")
            .matching(r"[Gg]roup `(?P<group>[^`]+)`.* is not defined in (?:the|any) project's"),
        Sign::sure("`optional-dependencies` table")
            .matching(r"[Ee]xtra `(?P<group>[^`]+)` is not defined in"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("uv_group_missing.md"),
};

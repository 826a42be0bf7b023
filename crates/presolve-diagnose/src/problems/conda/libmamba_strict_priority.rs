use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "libmamba-strict-priority",
    message: "strict channel priority excludes `{package}`",
    signs: &[
        Sign::sure("excluded by strict repo priority").matching(
            r"package (?:\S+::)?(?P<package>[A-Za-z0-9_][\w.-]*?)-[^-\s]+-[^-\s]+ is excluded",
        ),
        Sign::sure("excluded by strict repo priority"),
        Sign::sure("strict repo")
            .matching(r"strict repo(?:sitory)? priority")
            .unless_near(&["excluded by strict repo priority"]),
        Sign::sure("due to strict channel priority"),
    ],
    explains: &[
        "conda-lock-not-solved",
        "libmamba-nothing-provides",
        "unsatisfiable",
        "conda-unexpected-error",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("libmamba_strict_priority.md"),
};

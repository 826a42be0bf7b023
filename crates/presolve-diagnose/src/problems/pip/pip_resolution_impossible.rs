use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-resolution-impossible",
    message: "the pip requirements conflict, `{package}` among them",
    signs: &[
        Sign::sure("ResolutionImpossible"),
        Sign::sure("because these package versions have conflicting dependencies").matching(
            r"Cannot install (?:-r \S+ \(line \d+\)(?:, | and )?)*(?P<package>[A-Za-z0-9][\w.-]*)?",
        ),
        Sign::sure("because these package versions have conflicting dependencies"),
        Sign::sure("because these package versions have incompatible dependencies"),
        Sign::likely("The conflict is caused by:")
            .with_items(r"^\s+(?P<package>[A-Za-z0-9][\w.-]*) \S+ depends on"),
        Sign::likely("The user requested")
            .matching(r"The user requested (?P<package>[A-Za-z0-9][\w.-]*)")
            .near(&["The conflict is caused by"]),
        Sign::likely("ContextualVersionConflict"),
    ],
    explains: &[
        "pip-build-failed",
        "pip-no-matching-distribution",
        "pip-backtracking",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_resolution_impossible.md"),
};

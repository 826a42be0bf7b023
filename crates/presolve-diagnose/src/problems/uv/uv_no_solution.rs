use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "uv-no-solution",
    message: "",
    signs: &[
        Sign::sure("No solution found when resolving"),
        Sign::sure("we can conclude that")
            .matching(r"we can conclude that (?:your requirements|.*) (?:are|is) unsatisfiable"),
        Sign::sure("there is no version of")
            .matching(r"there is no version of (?P<package>[A-Za-z0-9][\w.-]*)")
            .near(&["╰─▶", "uv "]),
    ],
    explains: &["pixi-not-solved", "pip-build-failed"],
    solvable: true,
    of_the_search: false,
    text: include_str!("uv_no_solution.md"),
};

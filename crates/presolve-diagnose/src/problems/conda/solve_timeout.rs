use crate::{KnownFailure, Sign};

/// conda's progress message for a solve that has not finished.
const SOLVING: &str = r"Solving environment:\s*(?:\.\.\.working\.\.\.|failed with (?:initial frozen solve|repodata from)[^.]*\..*|[-|/\\\s.\x08])*\s*(?:\^C)?$";

/// Texts that show that a time limit was reached.
const GIVEN_UP: &[&str] = &[
    "timed out",
    "maximum time",
    "maximum execution time",
    "deadline exceeded",
    "timeout",
    "time limit",
];

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "solve-timeout",
    message: "",
    signs: &[
        Sign::sure("Solving environment:")
            .matching(SOLVING)
            .near(GIVEN_UP)
            .at_end(),
        Sign::likely("Solving environment:")
            .matching(SOLVING)
            .at_end(),
        Sign::likely("Solving package specifications:")
            .matching(r"Solving package specifications:[\s./|\\-]*$")
            .at_end(),
        Sign::sure("CondaSolverTimeout"),
    ],
    explains: &["build-timeout", "conda-unexpected-error"],
    solvable: true,
    of_the_search: true,
    text: include_str!("solve_timeout.md"),
};

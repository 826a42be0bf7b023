use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-backtracking",
    message: "pip was still looking for a version of `{package}` when the build stopped",
    signs: &[
        Sign::likely("This is taking longer than usual")
            .near(&[
                "timed out",
                "deadline exceeded",
                "canceled",
                "cancelled",
                "KeyboardInterrupt",
            ])
            .unless_near(&["Successfully installed"]),
        Sign::likely("pip is looking at multiple versions of")
            .matching(r"multiple versions of (?P<package>[A-Za-z0-9][\w.-]*)")
            .near(&["timed out", "deadline exceeded", "has been canceled"])
            .unless_near(&["Successfully installed"]),
        Sign::likely("This is taking longer than usual").at_end(),
        Sign::likely("pip is looking at multiple versions of")
            .matching(r"multiple versions of (?P<package>[A-Za-z0-9][\w.-]*)")
            .at_end(),
    ],
    explains: &["build-timeout"],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_backtracking.md"),
};

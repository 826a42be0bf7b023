use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "solve-conflict-hang",
    message: "",
    signs: &[
        Sign::sure("Found conflicts! Looking for incomp").unless_near(&[
            "UnsatisfiableError",
            "MemoryError",
            "Killed",
        ]),
        Sign::likely("Examining conflict for").unless_near(&[
            "UnsatisfiableError",
            "MemoryError",
            "Killed",
        ]),
        Sign::likely("Comparing specs that have this dependency")
            .unless_near(&["UnsatisfiableError", "Killed"]),
    ],
    explains: &["solve-timeout", "build-timeout"],
    solvable: true,
    of_the_search: true,
    text: include_str!("solve_conflict_hang.md"),
};

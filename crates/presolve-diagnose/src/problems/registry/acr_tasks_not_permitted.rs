use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "acr-tasks-not-permitted",
    message: "",
    signs: &[
        Sign::sure("TasksOperationsNotAllowed"),
        Sign::sure("ACR Tasks requests for the registry")
            .matching(r"ACR Tasks requests for the registry (?P<registry>\S+)"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("acr_tasks_not_permitted.md"),
};

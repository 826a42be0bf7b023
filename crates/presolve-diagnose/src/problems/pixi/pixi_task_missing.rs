use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-task-missing",
    message: "there is no pixi task or program `{task}`",
    signs: &[
        Sign::sure("the task '").matching(r"the task '(?P<task>[^']+)' could not be found"),
        Sign::sure("command not found")
            .matching(r"^(?P<task>[\w./-]+): command not found")
            .near(&["pixi run", "Available tasks:"]),
    ],
    explains: &["command-not-found"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_task_missing.md"),
};

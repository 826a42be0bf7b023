use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "build-timeout",
    message: "",
    signs: &[
        Sign::likely("Run ID: ").matching(r"Run ID: \S+ timed out"),
        Sign::likely("failed to run step ID").matching(r"deadline exceeded|timed out|timeout"),
        Sign::likely("The action has timed out"),
        Sign::likely("has exceeded the maximum execution time"),
        Sign::likely("ran longer than the maximum time"),
        Sign::likely("execution took longer than"),
        Sign::likely("The operation was canceled").at_end(),
        Sign::likely("has timed out")
            .matching(r"(?i)(?:image )?build .*has timed out|timed out waiting for .*build"),
        Sign::likely("Command killed due to timeout"),
        Sign::likely("Build exited due to time out"),
        Sign::likely("the job exceeded the maximum").matching(r"(?i)exceeded the maximum"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("build_timeout.md"),
};

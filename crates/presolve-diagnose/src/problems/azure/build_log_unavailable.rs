use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "build-log-unavailable",
    message: "",
    signs: &[
        Sign::likely("Image build failed. For more details, check log file"),
        Sign::likely("Image build failed. Build log:"),
        Sign::likely("Failed to fetch build details"),
        Sign::likely("No builds exist for environment"),
        Sign::likely("build log is available in the workspace blob store"),
        Sign::likely("Build log").matching(r"(?i)build log (?:is )?(?:not available|unavailable|could not be)|unable to (?:get|retrieve|fetch) (?:the )?(?:image )?build log"),
        Sign::likely("Unable to get image details"),
        Sign::likely("logs for the image build are not available"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("build_log_unavailable.md"),
};

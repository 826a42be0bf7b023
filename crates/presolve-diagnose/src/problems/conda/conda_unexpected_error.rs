use crate::{KnownFailure, Log, Sign, traceback};

/// Whether a traceback ends in conda's own code.
fn is_in_conda(log: &Log, line: usize) -> bool {
    let files = traceback::files(log, line);
    let innermost = files.first();
    innermost.is_some_and(|file| file.contains("/conda/") || file.contains("/conda_env/"))
}

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-unexpected-error",
    message: "",
    signs: &[
        Sign::likely("An unexpected error has occurred. Conda has prepared the above report"),
        Sign::likely("An unexpected error has occurred, please consider sending"),
        Sign::likely("Please consider posting the following information to the"),
        Sign::likely(">>> ERROR REPORT <<<"),
        Sign::likely("Error")
            .matching(r"^\s*(?:\w+\.)*\w*(?:Error|Exception)(?:: |$)")
            .when(is_in_conda),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_unexpected_error.md"),
};

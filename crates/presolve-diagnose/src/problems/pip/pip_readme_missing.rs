use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-readme-missing",
    message: "`{path}` is not in the image",
    signs: &[
        Sign::sure("Readme file does not exist:").matching(r"does not exist: (?P<path>\S+)"),
        Sign::sure("No such file or directory: '")
            .matching(r"(?i)No such file or directory: '(?P<path>(?:\S*/)?readme(?:\.\w+)?)'")
            .near(&["pip", "setup.py", "uv ", "build_meta", "poetry"]),
    ],
    explains: &["pip-build-failed", "poetry-root-not-installable"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_readme_missing.md"),
};

use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-requirements-file-missing",
    message: "the requirements file `{file}` does not exist",
    signs: &[
        Sign::sure("Could not open requirements file")
            .matching(r"Could not open requirements file:.*['\x22](?P<file>[^'\x22]+)['\x22]"),
        Sign::sure("Could not open requirements file"),
        Sign::sure("No such file or directory")
            .matching(r"No such file or directory: '(?P<file>[^']*requirements[^']*\.(?:txt|in))'"),
        Sign::sure("File not found: `").matching(r"File not found: `(?P<file>[^`]+\.(?:txt|in))`"),
    ],
    explains: &["pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_requirements_file_missing.md"),
};

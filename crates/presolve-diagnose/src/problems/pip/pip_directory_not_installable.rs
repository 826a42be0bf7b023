use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-directory-not-installable",
    message: "`{path}` is not a Python project",
    signs: &[
        Sign::sure("is not installable. Neither")
            .matching(r"Directory '(?P<path>[^']+)' is not installable"),
        Sign::sure("is not installable. File 'setup.py' not found")
            .matching(r"Directory '(?P<path>[^']+)' is not installable"),
        Sign::sure("does not appear to be a Python project")
            .matching(r"(?P<path>\S+) does not appear to be a Python project"),
        Sign::sure("is not a valid editable requirement")
            .matching(r"(?P<path>\S+) is not a valid editable requirement"),
        Sign::sure("can't open file 'setup.py'"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_directory_not_installable.md"),
};

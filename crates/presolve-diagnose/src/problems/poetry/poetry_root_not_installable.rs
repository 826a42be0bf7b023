use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-root-not-installable",
    message: "Poetry installed the dependencies and could not install the project itself",
    signs: &[
        Sign::sure("The current project could not be installed"),
        Sign::sure("does not contain any element")
            .near(&["poetry", "Installing the current project"]),
        Sign::sure("No file/folder found for package").matching(r"found for package (?P<name>\S+)"),
        Sign::sure("/README")
            .matching(r"^\W*(?:Readme path `|/\S*/README)\S* (?:does not exist)?")
            .near(&["Installing the current project"]),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_root_not_installable.md"),
};

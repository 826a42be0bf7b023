use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "dockerfile-not-found",
    message: "",
    signs: &[
        Sign::sure("failed to read dockerfile"),
        Sign::sure("unable to prepare context"),
        Sign::sure("Cannot locate specified Dockerfile")
            .matching(r"Cannot locate specified Dockerfile: (?P<file>\S+)"),
        Sign::sure("Unable to find '").matching(r"Unable to find '(?P<file>[^']*Dockerfile[^']*)'"),
        Sign::sure("failed to read dockerfile: open").matching(r"open (?P<file>\S+): no such file"),
        Sign::sure("Dockerfile not found"),
        Sign::sure("resolve : lstat ")
            .matching(r"resolve : lstat (?P<file>\S+): no such file")
            .unless_with(&["failed to walk"]),
        Sign::sure("could not find").matching(r"could not find (?P<file>\S*Dockerfile\S*)"),
    ],
    explains: &["docker-copy-not-found"],
    solvable: false,
    of_the_search: false,
    text: include_str!("dockerfile_not_found.md"),
};

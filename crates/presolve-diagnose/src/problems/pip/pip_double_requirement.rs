use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-double-requirement",
    message: "`{package}` is required twice",
    signs: &[
        Sign::sure("Double requirement given").matching(r"Double requirement given: (?P<requirement>(?P<package>[A-Za-z0-9][\w.-]*)\S*)(?: \(from -r (?P<file>\S+) \(line (?P<line>\d+)\)\))?"),
    ],
    explains: &[],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_double_requirement.md"),
};

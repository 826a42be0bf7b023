use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-invalid-operator",
    message: "pip cannot read `{requirement}`: it compares with `==`",
    signs: &[
        Sign::sure("= is not a valid operator"),
        Sign::sure("Invalid requirement:").matching(r"Invalid requirement: ['\x22](?P<requirement>(?P<package>[A-Za-z0-9_][\w.-]*)(?:\[[^\]]*\])?\s*=[^=][^'\x22]*)['\x22](?:.*line (?P<line>\d+) of (?P<file>[^)\s]+))?"),
        Sign::likely("^ (from line").matching(r"\^ \(from line (?P<line>\d+) of (?P<file>[^)\s]+)\)").near(&["= is not a valid operator"]),
    ],
    explains: &["pip-invalid-requirement"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_invalid_operator.md"),
};

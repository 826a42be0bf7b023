use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-invalid-requirement",
    message: "pip cannot read `{requirement}`",
    signs: &[
        Sign::sure("Invalid requirement:").matching(r"Invalid requirement: ['\x22](?P<requirement>[^'\x22]*)['\x22](?:.*line (?P<line>\d+) of (?P<file>[^)\s]+))?"),
        Sign::sure("InvalidRequirement").matching(r"\bInvalidRequirement\b"),
        Sign::sure("It looks like a path. File"),
        Sign::sure("Expected package name at the start of dependency specifier"),
        Sign::sure("RequirementParseError").matching(r"RequirementParseError"),
    ],
    explains: &["pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_invalid_requirement.md"),
};

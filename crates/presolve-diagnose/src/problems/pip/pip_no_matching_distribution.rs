use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-no-matching-distribution",
    message: "no index has `{requirement}` for this Python and platform",
    signs: &[
        Sign::sure("No matching distribution found for").matching(r"No matching distribution found for (?P<requirement>(?P<package>[A-Za-z0-9][\w.-]*)[^(;]*[^\s(;]?)(?:.*\(from -r (?P<file>\S+) \(line (?P<line>\d+)\)\))?"),
        Sign::sure("Could not find a version that satisfies the requirement").matching(r"satisfies the requirement (?P<requirement>(?P<package>[A-Za-z0-9][\w.-]*)\S*)(?:.*\(from -r (?P<file>\S+) \(line (?P<line>\d+)\)\))?"),
        Sign::sure("No distributions at all found for").matching(r"No distributions at all found for (?P<requirement>(?P<package>[A-Za-z0-9][\w.-]*)\S*)"),
        Sign::sure("DistributionNotFound").matching(r"DistributionNotFound: No (?:matching )?distributions?"),
    ],
    explains: &["pip-build-failed"],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_no_matching_distribution.md"),
};

use crate::{KnownFailure, Sign};

/// An entry of conda's list of sections.
const SECTION: &str = r"^\s*-\s+(?P<section>.+)$";

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-section-not-valid",
    message: "`{file}` has a section that conda does not support: `{section}`",
    signs: &[
        Sign::sure("EnvironmentSectionNotValid")
            .matching(
                r"EnvironmentSectionNotValid: The following section(?:s)? on '?(?P<file>[^' ]+)",
            )
            .with_items(SECTION),
        Sign::sure("EnvironmentSectionNotValid").with_items(SECTION),
        Sign::sure("is invalid and will be ignored")
            .matching(r"sections? on .* (?:is|are) invalid and will be ignored")
            .with_items(SECTION),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_section_not_valid.md"),
};

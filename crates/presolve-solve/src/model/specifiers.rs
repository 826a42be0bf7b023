//! What the specifiers of a requirement say about pre-releases and yanked releases.

use pep440_rs::{Operator, VersionSpecifiers};
use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};

/// The specifiers of a requirement that is not a URL.
pub fn specifiers(requirement: &Requirement<VerbatimUrl>) -> Option<&VersionSpecifiers> {
    match &requirement.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => Some(specifiers),
        _ => None,
    }
}

/// Whether specifiers have an `==` without a star (PEP 592 lets these have a
/// yanked release).
pub(crate) fn pins_exactly(specifiers: &VersionSpecifiers) -> bool {
    let exact = [Operator::Equal, Operator::ExactEqual];
    specifiers.iter().any(|one| exact.contains(one.operator()))
}

/// Whether specifiers name a pre-release, which admits them (PEP 440).
pub(crate) fn mentions_prerelease(specifiers: &VersionSpecifiers) -> bool {
    specifiers.iter().any(|specifier| {
        let admits = !matches!(
            specifier.operator(),
            Operator::NotEqual
                | Operator::NotEqualStar
                | Operator::LessThan
                | Operator::GreaterThan
        );
        admits && specifier.version().any_prerelease()
    })
}

//! How the specifiers of a requirement affect pre-releases and yanked releases.

use pep440_rs::{Operator, VersionSpecifiers};
use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};

/// Returns the specifiers of a requirement; `None` for a URL.
pub fn specifiers(requirement: &Requirement<VerbatimUrl>) -> Option<&VersionSpecifiers> {
    match &requirement.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => Some(specifiers),
        _ => None,
    }
}

/// Whether specifiers have an `==` without a star, which allows a yanked release (PEP 592).
pub(crate) fn pins_exactly(specifiers: &VersionSpecifiers) -> bool {
    let exact = [Operator::Equal, Operator::ExactEqual];
    specifiers.iter().any(|one| exact.contains(one.operator()))
}

/// Whether specifiers name a pre-release, which allows pre-releases (PEP 440).
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

//! The pythons on which the declared projects have their best versions.

use std::collections::BTreeSet;

use pep440_rs::Version;

use crate::{
    attempt::Attempt,
    encode::Encoder,
    model::{DeclaredKind, error::SolveError},
};

/// Returns the python of an earlier `pin`, otherwise the pythons on which every declared
/// project is available in its best version. `None` if all allowed pythons qualify. An
/// unpinned python should be older rather than a project that the user names.
///
/// A pinned python is tried alone, as in the solve that chose it: which source distributions
/// count depends on the pythons that are considered.
///
/// # Errors
/// A [`SolveError`] if an index could not be queried.
pub(super) fn best_pythons(attempt: &Attempt<'_>) -> Result<Option<BTreeSet<Version>>, SolveError> {
    let encoder = attempt.encoder();
    let pythons = encoder.pythons();
    let allowed = pythons.allowed();
    let pinned = pinned_python(encoder);
    let kept = pythons.filter(|_, python| Some(&python.version) == pinned.as_ref());
    let mut best = kept.intersection(allowed);
    if best.is_empty() {
        best = allowed.clone();
        for line in encoder.declared() {
            if let DeclaredKind::Pip(requirement) = &line.kind
                && let Some(release) = encoder.pypi().best_release(requirement)
            {
                let both = best.intersection(&release.pythons);
                if !both.is_empty() {
                    best = both;
                }
            }
        }
    }
    encoder.check_indexes()?;
    let version = |index| pythons.get(index).version.clone();
    Ok((best != *allowed).then(|| best.iter().map(version).collect()))
}

fn pinned_python(encoder: &Encoder<'_>) -> Option<Version> {
    let preferred = encoder.world().preferences.conda.get("python")?;
    preferred.pin.version.parse().ok()
}

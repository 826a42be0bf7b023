//! The pythons that the declared projects are best served with.

use std::collections::BTreeSet;

use pep440_rs::Version;

use crate::{
    attempt::Attempt,
    encode::Encoder,
    model::{DeclaredKind, error::SolveError},
};

/// The python of an earlier `pin`, else the pythons on which every declared
/// project can be had in the version that is best for it; `None` if these are all
/// that are allowed anyway. An open python should rather step back than a project
/// that the user names.
///
/// A kept python is tried alone, as it was when it was chosen: which source
/// distributions count depends on the pythons that are checked.
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

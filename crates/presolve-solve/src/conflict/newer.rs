//! The newer versions of a package, and the reasons that exclude some of them regardless of
//! other requirements.

use std::collections::{BTreeMap, BTreeSet};

use resolvo::{NameId, SolvableId};

use super::{
    Half, Package, RuledOut, Versions,
    folded::{self, Either},
};
use crate::{
    attempt::Attempt,
    encode::{
        Encoder,
        pool::{Candidate, Name},
        rules::Rules,
    },
    model::{Problem, error::SolveError, ratings::Sources, reason::Reason},
};
use presolve_parse as parse;

/// The versions that are newer than another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Newer {
    /// The newer versions that are possible if the other packages allow it.
    pub open: Option<Versions>,
    /// The excluded newer versions, by reason, newest first.
    pub ruled_out: Vec<RuledOut>,
}

/// Returns the versions of a package that are newer than `than`. Versions that the declared
/// lines on python and pip exclude count as open, because such a line can change.
///
/// # Errors
/// As for [`crate::solve`].
pub fn newer(problem: &Problem<'_>, package: &Package, than: &str) -> Result<Newer, SolveError> {
    let rules = Rules {
        pip_half: problem.has_pip(),
        sources: Sources::Unknown,
        open_python: true,
        open_pip: true,
        ..Rules::default()
    };
    let attempt = Attempt::new(problem, rules)?;
    let encoder = attempt.encoder();
    let name = match (package.half, parse::pep::name(&package.name)) {
        (Half::Pypi, Ok(project)) => Name::Project(project),
        _ => Name::Conda(package.name.clone()),
    };
    let name = encoder.terms().intern(name);
    let candidates = encoder.candidates(name);
    encoder.check_indexes()?;
    let Some(candidates) = candidates else {
        return Ok(Newer::default());
    };
    let is_newer = |id: &SolvableId| is_newer(encoder, *id, than);
    let excluded = candidates.excluded.iter();
    let excluded: BTreeMap<SolvableId, Reason> = excluded
        .filter(|(id, _)| is_newer(id))
        .map(|(id, reason)| (*id, encoder.terms().reason(*reason)))
        .collect();
    let newer = candidates.candidates.into_iter().filter(is_newer);
    let open: BTreeSet<SolvableId> = newer.filter(|id| !excluded.contains_key(id)).collect();
    Ok(Newer {
        ruled_out: ruled_out(encoder, name, &open, excluded),
        open: folded::versions(encoder, &open),
    })
}

/// Returns the exclusions by reason, for versions that have no open candidate.
fn ruled_out(
    encoder: &Encoder<'_>,
    name: NameId,
    open: &BTreeSet<SolvableId>,
    excluded: BTreeMap<SolvableId, Reason>,
) -> Vec<RuledOut> {
    let versions_open: BTreeSet<_> = open
        .iter()
        .filter_map(|&id| folded::version(encoder, id))
        .collect();
    let mut by_reason: BTreeMap<Reason, BTreeSet<SolvableId>> = BTreeMap::new();
    for (id, reason) in excluded {
        if folded::version(encoder, id).is_some_and(|version| !versions_open.contains(&version)) {
            by_reason.entry(reason).or_default().insert(id);
        }
    }
    folded::ruled_out(encoder, name, by_reason)
}

/// Whether a candidate is newer than a version. Local versions of one release count as equal,
/// because no requirement distinguishes them (PEP 440).
fn is_newer(encoder: &Encoder<'_>, id: SolvableId, than: &str) -> bool {
    if matches!(encoder.terms().candidate(id), Candidate::Provided(_)) {
        return false;
    }
    match folded::version(encoder, id) {
        Some(Either::Conda(version)) => {
            let than = parse::conda::version(than);
            than.is_ok_and(|than| *version > than)
        }
        Some(Either::Pypi(version)) => {
            let than = parse::pep::version(than);
            than.is_ok_and(|than| version.clone().without_local() > than.without_local())
        }
        None => false,
    }
}

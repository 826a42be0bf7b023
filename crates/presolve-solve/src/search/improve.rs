//! Better versions for projects that the solver gave up on too early.
//!
//! The solver decides on packages with many conflicts before declared ones. An indirect
//! dependency can then stay at its newest version at the expense of a package that the
//! user names. pip and uv decide near the declared lines first. This step starts from a
//! solution and tries a better version for each project, nearest to the declared lines
//! first. Projects without a better version stay unchanged, and so do the conda packages.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use futures::FutureExt;
use resolvo::{
    ConditionalRequirement, Dependencies, DependencyProvider, Interner, NameId, Requirement,
    SolvableId, VersionSetId,
};

use crate::model::error::SolveError;
use crate::{
    encode::Provider,
    encode::pool::{Candidate, Name, Origin, VersionSet},
    search::Attempt,
};

/// The maximum number of better versions that are tried; each costs a solve.
const TRIES: usize = 24;

/// A solution in which no project can have a better version, all those nearer to
/// the declared lines being what they are, unless that takes too many solves.
pub(crate) fn improve(
    attempt: &mut Attempt<'_>,
    mut chosen: Vec<SolvableId>,
) -> Result<Vec<SolvableId>, SolveError> {
    let mut settled: Vec<NameId> = Vec::new();
    let mut fixed = conda_records(attempt.provider(), &chosen);
    let conda = fixed.len();
    let mut tries = 0;
    while let Some(next) = next_project(attempt, &chosen, &settled) {
        if !next.better.is_empty() {
            if tries == TRIES {
                break;
            }
            tries += 1;
            let wanted = VersionSet::OneOf(next.better);
            let wanted = attempt
                .provider()
                .pool
                .intern_version_set(next.name, wanted);
            fixed.push(wanted.into());
            let found = solve_with(attempt, &fixed)?;
            fixed.pop();
            let same_conda = |found: &Vec<SolvableId>| {
                conda_records(attempt.provider(), found).len() == conda
                    && is_needed(attempt, found, next.name)
            };
            if let Some(found) = found.filter(same_conda) {
                chosen = found;
            }
        }
        settled.push(next.name);
        let current = of_name(attempt.provider(), &chosen).remove(&next.name);
        fixed.extend(current.map(|id| exactly(attempt.provider(), id)));
    }
    Ok(chosen)
}

/// The nearest project that is not settled yet.
struct Next {
    name: NameId,
    /// The candidates that come before the chosen one and that what is settled
    /// leaves.
    better: Vec<SolvableId>,
}

fn next_project(attempt: &Attempt<'_>, chosen: &[SolvableId], settled: &[NameId]) -> Option<Next> {
    let provider = attempt.provider();
    let by_name = of_name(provider, chosen);
    let walk = Walk::new(attempt, &by_name);
    let name = *walk.order.iter().find(|name| !settled.contains(name))?;
    let asked: Vec<VersionSetId> = walk.asked[&name]
        .iter()
        .filter(|(by, _)| by.is_none_or(|by| settled.contains(&by)))
        .map(|(_, set)| *set)
        .collect();
    let better = better(provider, &by_name, name, &asked);
    Some(Next { name, better })
}

fn better(
    provider: &Provider<'_>,
    by_name: &HashMap<NameId, SolvableId>,
    name: NameId,
    asked: &[VersionSetId],
) -> Vec<SolvableId> {
    let current = by_name[&name];
    let candidates = provider.get_candidates(name).now_or_never().flatten();
    let (Candidate::Release(release), Some(candidates)) = (provider.candidate(current), candidates)
    else {
        return Vec::new();
    };
    let pinned = candidates.favored == Some(current);
    if pinned || release.origin != Origin::Index {
        return Vec::new();
    }
    let python = by_name
        .values()
        .filter_map(|&id| provider.record_of(id))
        .find(|record| record.package_record.name.as_normalized() == "python")
        .and_then(|record| provider.pythons.index_of(record));
    let excluded: HashSet<_> = candidates.excluded.iter().map(|(id, _)| *id).collect();
    let before = candidates
        .candidates
        .iter()
        .copied()
        .take_while(|&id| id != current);
    let fits = |id: &SolvableId| match provider.candidate(*id) {
        Candidate::Release(release) => {
            let on_python = python.is_some_and(|python| release.pythons.contains(python));
            let met =
                |set: &VersionSetId| provider.matches(*id, provider.pool.resolve_version_set(*set));
            on_python && !excluded.contains(id) && asked.iter().all(met)
        }
        _ => false,
    };
    before.filter(fits).collect()
}

/// The chosen projects in the order of their distance from the declared lines, and what
/// requires them.
struct Walk {
    order: Vec<NameId>,
    /// For each project who asks for which versions of it; none for a line.
    asked: BTreeMap<NameId, Vec<(Option<NameId>, VersionSetId)>>,
}

impl Walk {
    fn new(attempt: &Attempt<'_>, by_name: &HashMap<NameId, SolvableId>) -> Self {
        let provider = attempt.provider();
        let mut walk = Self {
            order: Vec::new(),
            asked: BTreeMap::new(),
        };
        let mut queue = VecDeque::new();
        let lines = attempt.lines.iter().flatten();
        walk.ask(provider, by_name, None, lines.copied(), &mut queue);
        while let Some((project, id)) = queue.pop_front() {
            if let Dependencies::Known(known) = provider.contents_dependencies(id) {
                let requirements = known.requirements.into_iter();
                walk.ask(provider, by_name, Some(project), requirements, &mut queue);
            }
        }
        walk
    }

    fn ask(
        &mut self,
        provider: &Provider<'_>,
        by_name: &HashMap<NameId, SolvableId>,
        by: Option<NameId>,
        requirements: impl Iterator<Item = ConditionalRequirement>,
        queue: &mut VecDeque<(NameId, SolvableId)>,
    ) {
        for set in requirements.flat_map(|requirement| version_sets(provider, by_name, requirement))
        {
            let name = provider.version_set_name(set);
            let (Some(&id), Some(project)) = (by_name.get(&name), project(provider, name)) else {
                continue;
            };
            let is_extra = project != name;
            let asked = self
                .asked
                .entry(if is_extra { name } else { project })
                .or_default();
            let is_new = asked.is_empty();
            asked.push((by, set));
            if is_new {
                queue.push_back((project, id));
                if !is_extra {
                    self.order.push(name);
                }
            }
        }
    }
}

/// The project that a name of the PyPI half belongs to.
fn project(provider: &Provider<'_>, name: NameId) -> Option<NameId> {
    match provider.pool.resolve_package_name(name) {
        Name::Project(_) => Some(name),
        Name::ProjectExtra(project, _) => {
            let project = Name::Project(project.clone());
            provider.pool.lookup_package_name(&project)
        }
        _ => None,
    }
}

/// The version sets of a requirement without Python; empty if the chosen Python satisfies
/// it.
fn version_sets(
    provider: &Provider<'_>,
    by_name: &HashMap<NameId, SolvableId>,
    requirement: ConditionalRequirement,
) -> Vec<VersionSetId> {
    let sets: Vec<_> = match requirement.requirement {
        Requirement::Single(set) => vec![set],
        Requirement::Union(union) => provider.version_sets_in_union(union).collect(),
    };
    let by_python = sets.iter().any(|&set| {
        let wanted = provider.pool.resolve_version_set(set);
        let chosen = by_name.get(&provider.version_set_name(set));
        matches!(wanted, VersionSet::Python(_))
            && chosen.is_some_and(|&id| provider.matches(id, wanted))
    });
    if by_python { Vec::new() } else { sets }
}

fn of_name(provider: &Provider<'_>, chosen: &[SolvableId]) -> HashMap<NameId, SolvableId> {
    let named = chosen.iter().map(|&id| (provider.solvable_name(id), id));
    named.collect()
}

/// The chosen conda records, each as a requirement.
fn conda_records(provider: &Provider<'_>, chosen: &[SolvableId]) -> Vec<ConditionalRequirement> {
    let records = chosen
        .iter()
        .filter(|&&id| provider.record_of(id).is_some());
    records.map(|&id| exactly(provider, id)).collect()
}

fn exactly(provider: &Provider<'_>, id: SolvableId) -> ConditionalRequirement {
    let name = provider.solvable_name(id);
    provider
        .pool
        .intern_version_set(name, VersionSet::Exactly(id))
        .into()
}

/// Whether something asks for a project that was asked for here.
fn is_needed(attempt: &Attempt<'_>, chosen: &[SolvableId], name: NameId) -> bool {
    let by_name = of_name(attempt.provider(), chosen);
    Walk::new(attempt, &by_name).order.contains(&name)
}

/// Solves all lines and more; a deadline that passes ends the search, not the run.
fn solve_with(
    attempt: &mut Attempt<'_>,
    more: &[ConditionalRequirement],
) -> Result<Option<Vec<SolvableId>>, SolveError> {
    match attempt.run_with_more(more) {
        Err(SolveError::Deadline { .. } | SolveError::Index(_)) => {
            attempt.provider().failed().map(|()| None)
        }
        answer => answer,
    }
}

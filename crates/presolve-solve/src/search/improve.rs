//! Better versions for projects that the solver downgraded too early.
//!
//! The solver decides on packages with many conflicts before declared ones. An indirect
//! dependency can then stay at its newest version at the expense of a package that the
//! user names. pip and uv decide near the declared lines first. This step starts from a
//! solution and tries a better version for each project, nearest to the declared lines
//! first. Projects without a better version stay unchanged, and so do the conda packages.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use resolvo::{
    ConditionalRequirement, Dependencies, Interner, NameId, Requirement, SolvableId, VersionSetId,
};

use crate::{
    attempt::Attempt,
    encode::{
        Encoder,
        pool::{Candidate, Name, Origin, VersionSet},
    },
    model::error::SolveError,
};

/// The maximum number of better versions that are tried; each costs a solve.
const TRIES: usize = 24;

/// Returns a solution in which no project can have a better version as long as all projects
/// nearer to the declared lines keep theirs. The search stops after [`TRIES`] solves.
pub(super) fn improve(
    attempt: &mut Attempt<'_>,
    mut chosen: Vec<SolvableId>,
) -> Result<Vec<SolvableId>, SolveError> {
    let mut settled: Vec<NameId> = Vec::new();
    let mut fixed = conda_records(attempt.encoder(), &chosen);
    let conda = fixed.len();
    let mut tries = 0;
    while let Some(next) = next_project(attempt, &chosen, &settled) {
        if !next.better.is_empty() {
            if tries == TRIES {
                break;
            }
            tries += 1;
            let wanted = VersionSet::OneOf(next.better);
            let wanted = attempt.encoder().terms().some_of(next.name, wanted);
            fixed.push(wanted.into());
            let found = solve_with(attempt, &fixed)?;
            fixed.pop();
            let same_conda = |found: &Vec<SolvableId>| {
                conda_records(attempt.encoder(), found).len() == conda
                    && is_needed(attempt, found, next.name)
            };
            if let Some(found) = found.filter(same_conda) {
                chosen = found;
            }
        }
        settled.push(next.name);
        let current = of_name(attempt.encoder(), &chosen).remove(&next.name);
        fixed.extend(current.map(|id| exactly(attempt.encoder(), id)));
    }
    Ok(chosen)
}

/// The nearest project that is not settled yet.
struct Next {
    name: NameId,
    /// The candidates that precede the chosen one and satisfy the requirements of the settled
    /// projects.
    better: Vec<SolvableId>,
}

fn next_project(attempt: &Attempt<'_>, chosen: &[SolvableId], settled: &[NameId]) -> Option<Next> {
    let encoder = attempt.encoder();
    let by_name = of_name(encoder, chosen);
    let walk = Walk::new(attempt, &by_name);
    let name = *walk.order.iter().find(|name| !settled.contains(name))?;
    let required: Vec<VersionSetId> = walk.required[&name]
        .iter()
        .filter(|(by, _)| by.is_none_or(|by| settled.contains(&by)))
        .map(|(_, set)| *set)
        .collect();
    let better = better(encoder, &by_name, name, &required);
    let fixed = by_name
        .iter()
        .filter(|(name, id)| settled.contains(name) || encoder.terms().record_of(**id).is_some())
        .map(|(&name, &id)| (name, id))
        .collect();
    let better = without_hopeless(encoder, &fixed, better);
    Some(Next { name, better })
}

/// Drops the first candidates that require something else of what is fixed. The solver would
/// drop them too, but only after it has encoded everything again.
fn without_hopeless(
    encoder: &Encoder<'_>,
    fixed: &HashMap<NameId, SolvableId>,
    mut better: Vec<SolvableId>,
) -> Vec<SolvableId> {
    let is_hopeless = |id: &SolvableId| match encoder.pypi().contents_dependencies(*id) {
        Dependencies::Known(known) => known
            .requirements
            .iter()
            .any(|requirement| !can_be_met(encoder, fixed, requirement.requirement)),
        Dependencies::Unknown(_) => true,
    };
    let hopeless = better.iter().take_while(|id| is_hopeless(id)).count();
    better.drain(..hopeless);
    better
}

/// Whether a requirement is met by what is fixed, or concerns something else.
fn can_be_met(
    encoder: &Encoder<'_>,
    fixed: &HashMap<NameId, SolvableId>,
    requirement: Requirement,
) -> bool {
    sets_of(encoder, requirement).into_iter().any(|set| {
        let name = encoder.version_set_name(set);
        let name = project(encoder, name).unwrap_or(name);
        match fixed.get(&name) {
            Some(&id) => encoder.is_in(id, encoder.terms().set(set)),
            None => true,
        }
    })
}

fn better(
    encoder: &Encoder<'_>,
    by_name: &HashMap<NameId, SolvableId>,
    name: NameId,
    required: &[VersionSetId],
) -> Vec<SolvableId> {
    let current = by_name[&name];
    let candidates = encoder.candidates(name);
    let (Candidate::Release(release), Some(candidates)) =
        (encoder.terms().candidate(current), candidates)
    else {
        return Vec::new();
    };
    let pinned = candidates.favored == Some(current);
    if pinned || release.origin != Origin::Index {
        return Vec::new();
    }
    let python = by_name
        .values()
        .filter_map(|&id| encoder.terms().record_of(id))
        .find(|record| record.package_record.name.as_normalized() == "python")
        .and_then(|record| encoder.pythons().index_of(record));
    let excluded: HashSet<_> = candidates.excluded.iter().map(|(id, _)| *id).collect();
    let before = candidates
        .candidates
        .iter()
        .copied()
        .take_while(|&id| id != current);
    let fits = |id: &SolvableId| match encoder.terms().candidate(*id) {
        Candidate::Release(release) => {
            let on_python = python.is_some_and(|python| release.pythons.contains(python));
            let met = |set: &VersionSetId| encoder.is_in(*id, encoder.terms().set(*set));
            on_python && !excluded.contains(id) && required.iter().all(met)
        }
        _ => false,
    };
    before.filter(fits).collect()
}

/// The chosen projects in the order of their distance from the declared lines, and the
/// requirements on them.
struct Walk {
    order: Vec<NameId>,
    /// The version sets that each project must satisfy, each with its author; `None` for a
    /// line.
    required: BTreeMap<NameId, Vec<(Option<NameId>, VersionSetId)>>,
}

impl Walk {
    fn new(attempt: &Attempt<'_>, by_name: &HashMap<NameId, SolvableId>) -> Self {
        let encoder = attempt.encoder();
        let mut walk = Self {
            order: Vec::new(),
            required: BTreeMap::new(),
        };
        let mut queue = VecDeque::new();
        let lines = attempt.lines().iter().flatten();
        walk.require(encoder, by_name, None, lines.copied(), &mut queue);
        while let Some((project, id)) = queue.pop_front() {
            if let Dependencies::Known(known) = encoder.pypi().contents_dependencies(id) {
                let requirements = known.requirements.into_iter();
                walk.require(encoder, by_name, Some(project), requirements, &mut queue);
            }
        }
        walk
    }

    fn require(
        &mut self,
        encoder: &Encoder<'_>,
        by_name: &HashMap<NameId, SolvableId>,
        by: Option<NameId>,
        requirements: impl Iterator<Item = ConditionalRequirement>,
        queue: &mut VecDeque<(NameId, SolvableId)>,
    ) {
        for set in requirements.flat_map(|requirement| version_sets(encoder, by_name, requirement))
        {
            let name = encoder.version_set_name(set);
            let (Some(&id), Some(project)) = (by_name.get(&name), project(encoder, name)) else {
                continue;
            };
            let is_extra = project != name;
            let required = self
                .required
                .entry(if is_extra { name } else { project })
                .or_default();
            let is_new = required.is_empty();
            required.push((by, set));
            if is_new {
                queue.push_back((project, id));
                if !is_extra {
                    self.order.push(name);
                }
            }
        }
    }
}

/// Returns the project of a name of the pip half.
fn project(encoder: &Encoder<'_>, name: NameId) -> Option<NameId> {
    match encoder.terms().name(name) {
        Name::Project(_) => Some(name),
        Name::ProjectExtra(project, _) => {
            let project = Name::Project(project.clone());
            encoder.terms().known(&project)
        }
        _ => None,
    }
}

/// Returns the version sets of a requirement without those of Python; empty if the chosen
/// Python satisfies it.
fn version_sets(
    encoder: &Encoder<'_>,
    by_name: &HashMap<NameId, SolvableId>,
    requirement: ConditionalRequirement,
) -> Vec<VersionSetId> {
    let sets = sets_of(encoder, requirement.requirement);
    let by_python = sets.iter().any(|&set| {
        let wanted = encoder.terms().set(set);
        let chosen = by_name.get(&encoder.version_set_name(set));
        matches!(wanted, VersionSet::Python(_))
            && chosen.is_some_and(|&id| encoder.is_in(id, wanted))
    });
    if by_python { Vec::new() } else { sets }
}

fn sets_of(encoder: &Encoder<'_>, requirement: Requirement) -> Vec<VersionSetId> {
    match requirement {
        Requirement::Single(set) => vec![set],
        Requirement::Union(union) => encoder.version_sets_in_union(union).collect(),
    }
}

fn of_name(encoder: &Encoder<'_>, chosen: &[SolvableId]) -> HashMap<NameId, SolvableId> {
    let named = chosen.iter().map(|&id| (encoder.solvable_name(id), id));
    named.collect()
}

/// Returns the chosen conda records, each as a requirement.
fn conda_records(encoder: &Encoder<'_>, chosen: &[SolvableId]) -> Vec<ConditionalRequirement> {
    let records = chosen
        .iter()
        .filter(|&&id| encoder.terms().record_of(id).is_some());
    records.map(|&id| exactly(encoder, id)).collect()
}

fn exactly(encoder: &Encoder<'_>, id: SolvableId) -> ConditionalRequirement {
    encoder.terms().exactly(id).into()
}

/// Whether something still requires a project.
fn is_needed(attempt: &Attempt<'_>, chosen: &[SolvableId], name: NameId) -> bool {
    let by_name = of_name(attempt.encoder(), chosen);
    Walk::new(attempt, &by_name).order.contains(&name)
}

/// Solves all lines and more. If the deadline passes, the search stops but the run continues.
fn solve_with(
    attempt: &mut Attempt<'_>,
    more: &[ConditionalRequirement],
) -> Result<Option<Vec<SolvableId>>, SolveError> {
    match attempt.run_with_more(more) {
        Err(SolveError::Deadline { .. } | SolveError::Index(_)) => {
            attempt.encoder().check_indexes().map(|()| None)
        }
        answer => answer,
    }
}

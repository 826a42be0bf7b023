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

/// The maximum number of solves.
const TRIES: usize = 24;

/// The maximum number of further releases whose requirements a solve reads. Each may be a
/// request, and a project such as botocore has thousands of releases.
const READS: usize = 256;

/// Returns a solution in which no project can have a better version as long as all projects
/// nearer to the declared lines keep theirs. The search stops after [`TRIES`] solves, or
/// if one of them reads [`READS`] releases.
pub(super) fn improve(
    attempt: &mut Attempt<'_>,
    chosen: Vec<SolvableId>,
) -> Result<Vec<SolvableId>, SolveError> {
    let mut improvement = Improvement::new(attempt, chosen);
    while improvement.step()? {}
    Ok(improvement.chosen)
}

/// A solution, and the projects in it that keep their versions from now on.
struct Improvement<'i, 'a> {
    attempt: &'i mut Attempt<'a>,
    chosen: Vec<SolvableId>,
    by_name: HashMap<NameId, SolvableId>,
    walk: Walk,
    settled: HashSet<NameId>,
    /// The conda records and the settled projects, as requirements.
    fixed: Vec<ConditionalRequirement>,
    /// The number of conda records, which no better version may change.
    conda: usize,
    /// The number of solves so far.
    tries: usize,
}

/// A project that is not settled, with versions that may be better.
struct Pending {
    name: NameId,
    /// The candidates that precede the chosen one and satisfy the requirements of the settled
    /// projects.
    better: Vec<SolvableId>,
}

/// What is known about the nearest of the pending projects that can have a better version.
enum Nearest {
    /// The first one can, in this solution.
    First(Vec<SolvableId>),
    /// The projects before this place cannot. The one at this place may.
    Perhaps(usize),
    /// The first one cannot.
    NotFirst,
    /// No project can, or the search ends.
    End,
}

impl<'i, 'a> Improvement<'i, 'a> {
    fn new(attempt: &'i mut Attempt<'a>, chosen: Vec<SolvableId>) -> Self {
        let fixed = conda_records(attempt.encoder(), &chosen);
        let by_name = of_name(attempt.encoder(), &chosen);
        Self {
            walk: Walk::new(attempt, &by_name),
            attempt,
            chosen,
            by_name,
            settled: HashSet::new(),
            conda: fixed.len(),
            fixed,
            tries: 0,
        }
    }

    /// Settles the projects up to the nearest one that can have a better version; returns
    /// whether there may be another one.
    fn step(&mut self) -> Result<bool, SolveError> {
        let pending = self.all_pending();
        let Some(first) = pending.first().map(|project| project.name) else {
            return Ok(false);
        };
        match self.nearest(&pending)? {
            Nearest::End => return Ok(false),
            Nearest::NotFirst => self.settle(first),
            Nearest::First(found) => {
                self.adopt(found);
                self.settle(first);
            }
            Nearest::Perhaps(place) => self.improve_alone(pending[place].name)?,
        }
        Ok(true)
    }

    /// Settles the projects before the first one that may have a better version, and returns
    /// this one and those behind it that may have one.
    fn all_pending(&mut self) -> Vec<Pending> {
        let mut pending = Vec::new();
        for name in self.walk.order.clone() {
            match self.pending(name) {
                Some(project) => pending.push(project),
                None if pending.is_empty() => self.settle(name),
                None => {}
            }
        }
        pending
    }

    /// Searches for the nearest pending project with a better version. All are tried in one
    /// solve first, since most often none has one. If there is a solution, those before the
    /// first project that it improves remain.
    fn nearest(&mut self, pending: &[Pending]) -> Result<Nearest, SolveError> {
        let mut end = pending.len();
        loop {
            let tried = &pending[..end];
            let Some(found) = self.solve_for(tried)? else {
                let is_all = end == pending.len();
                return Ok(if is_all {
                    Nearest::End
                } else {
                    Nearest::Perhaps(end)
                });
            };
            match self.improved(&found, tried) {
                Some(0) => return Ok(Nearest::First(found)),
                Some(place) => end = place,
                None if end == 1 => return Ok(Nearest::NotFirst),
                None => return Ok(Nearest::Perhaps(0)),
            }
        }
    }

    /// Settles the projects before this one, and gives it a better version if it can have one.
    fn improve_alone(&mut self, name: NameId) -> Result<(), SolveError> {
        let order = self.walk.order.clone();
        for nearer in order.into_iter().take_while(|other| *other != name) {
            self.settle(nearer);
        }
        // More is settled now, so fewer versions may be better.
        if let Some(alone) = self.pending(name).map(|project| [project])
            && let Some(found) = self.solve_for(&alone)?
            && self.improved(&found, &alone).is_some()
        {
            self.adopt(found);
        }
        self.settle(name);
        Ok(())
    }

    /// Returns a project with the versions that may be better; `None` if it is settled or has
    /// none.
    fn pending(&self, name: NameId) -> Option<Pending> {
        if self.settled.contains(&name) {
            return None;
        }
        let encoder = self.attempt.encoder();
        let required: Vec<VersionSetId> = self.walk.required[&name]
            .iter()
            .filter(|(by, _)| by.is_none_or(|by| self.settled.contains(&by)))
            .map(|(_, set)| *set)
            .collect();
        let better = better(encoder, &self.by_name, name, &required);
        if better.is_empty() {
            return None;
        }
        let is_fixed = |name: &NameId, id: SolvableId| {
            self.settled.contains(name) || encoder.terms().record_of(id).is_some()
        };
        let fixed = |name: NameId| {
            let chosen = self.by_name.get(&name).copied();
            chosen.filter(|id| is_fixed(&name, *id))
        };
        let better = without_hopeless(encoder, &fixed, better);
        (!better.is_empty()).then_some(Pending { name, better })
    }

    /// Solves with a better version for at least one of these projects. After [`TRIES`] solves
    /// there is no further solution, and none of a solve that reads [`READS`] releases. If the
    /// deadline passes, the search stops but the run continues.
    fn solve_for(&mut self, pending: &[Pending]) -> Result<Option<Vec<SolvableId>>, SolveError> {
        if self.tries == TRIES {
            return Ok(None);
        }
        self.tries += 1;
        let terms = self.attempt.encoder().terms();
        let mut wanted = pending
            .iter()
            .map(|project| terms.some_of(project.name, VersionSet::OneOf(project.better.clone())));
        let Some(first) = wanted.next() else {
            return Ok(None);
        };
        let mut requirements = self.fixed.clone();
        requirements.push(terms.one_of(first, wanted));
        self.attempt.encoder().limit_reads(Some(READS));
        let found = self.attempt.run_with_more(&requirements);
        self.attempt.encoder().limit_reads(None);
        match found {
            Err(SolveError::Deadline { .. } | SolveError::Index(_)) => {
                self.attempt.encoder().check_indexes().map(|()| None)
            }
            answer => answer,
        }
    }

    /// The place of the first of these projects that has a better version in a solution with
    /// the same conda packages, and that is still required there.
    fn improved(&self, found: &[SolvableId], pending: &[Pending]) -> Option<usize> {
        let encoder = self.attempt.encoder();
        if conda_records(encoder, found).len() != self.conda {
            return None;
        }
        let by_name = of_name(encoder, found);
        let needed = Walk::new(self.attempt, &by_name).order;
        pending.iter().position(|project| {
            let now = by_name.get(&project.name);
            now.is_some_and(|id| project.better.contains(id)) && needed.contains(&project.name)
        })
    }

    fn adopt(&mut self, found: Vec<SolvableId>) {
        self.by_name = of_name(self.attempt.encoder(), &found);
        self.walk = Walk::new(self.attempt, &self.by_name);
        self.chosen = found;
    }

    fn settle(&mut self, name: NameId) {
        if self.settled.insert(name) {
            let current = self.by_name.get(&name);
            let current = current.map(|&id| exactly(self.attempt.encoder(), id));
            self.fixed.extend(current);
        }
    }
}

/// Drops the first candidates that require something else of what is fixed. The solver would
/// drop them too, but only after it has encoded everything again.
fn without_hopeless(
    encoder: &Encoder<'_>,
    fixed: &impl Fn(NameId) -> Option<SolvableId>,
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
    fixed: &impl Fn(NameId) -> Option<SolvableId>,
    requirement: Requirement,
) -> bool {
    encoder.sets_of(requirement).into_iter().any(|set| {
        let name = encoder.version_set_name(set);
        let name = project(encoder, name).unwrap_or(name);
        match fixed(name) {
            Some(id) => encoder.is_in(id, encoder.terms().set(set)),
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
    let sets = encoder.sets_of(requirement.requirement);
    let by_python = sets.iter().any(|&set| {
        let wanted = encoder.terms().set(set);
        let chosen = by_name.get(&encoder.version_set_name(set));
        matches!(wanted, VersionSet::Python(_))
            && chosen.is_some_and(|&id| encoder.is_in(id, wanted))
    });
    if by_python { Vec::new() } else { sets }
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

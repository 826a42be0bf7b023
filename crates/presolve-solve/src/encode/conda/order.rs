//! The order in which conda records are tried: that of rattler's solver
//! (`rattler_solve`), so that both choose the same records. As a last resort with a cut-off for
//! dates, records without a date come after all others. The builds of a version that an earlier
//! `pin` wrote without a build come first.
//!
//! 1. records without `track_features` before those with,
//! 2. under flexible priority the earlier channel,
//! 3. the higher version, 4. the higher build number,
//! 5. the record whose dependencies allow the higher version, among the dependencies
//!    that all equal records share,
//! 6. the later timestamp.

use std::{
    cell::RefCell,
    cmp::{Ordering, Reverse},
    collections::BTreeMap,
    sync::Arc,
};

use ahash::AHashMap as HashMap;
use futures::FutureExt;
use rattler_conda_types::Version;
use resolvo::{
    Dependencies, DependencyProvider, NameId, Requirement, SolvableId, SolverCache, VersionSetId,
};

use super::{
    super::{
        pool::{Candidate, VersionSet},
        terms::Terms,
    },
    CondaHalf,
};
use crate::model::{
    record::date,
    record_facts::{Rank, Score, place},
};
use presolve_target::ChannelPriority;

/// Cached results of sorting.
#[derive(Default)]
pub(super) struct Order {
    /// The highest version that a version set has.
    highest: RefCell<HashMap<VersionSetId, Option<Score>>>,
    /// Runs of equal records, in the original and in the sorted order.
    ties: RefCell<HashMap<Vec<SolvableId>, Vec<SolvableId>>>,
}

/// The sort key: whether the record has another version than a pin without a build, whether it
/// is a last resort, and rules 1 to 4.
type Key = (bool, bool, bool, u32, Reverse<u32>, Reverse<u64>);

impl CondaHalf<'_> {
    /// Sorts the candidates of one package, best first. `solver` is the cache of the solver
    /// that uses this encoding.
    pub(in crate::encode) fn sort<D>(&self, solver: &SolverCache<D>, solvables: &mut [SolvableId])
    where
        D: DependencyProvider<NameId = NameId, SolvableId = SolvableId>,
    {
        if solvables.len() < 2 {
            return;
        }
        let ranks = self.ranks(self.terms.name_of(solvables[0]));
        let ranked = solvables.iter().map(|&id| (self.rank(&ranks, id).key, id));
        let mut ranked: Vec<(u32, SolvableId)> = ranked.collect();
        ranked.sort_by_key(|(key, _)| *key);
        let mut start = 0;
        for run in ranked.chunk_by(|a, b| a.0 == b.0) {
            let sorted = &mut solvables[start..start + run.len()];
            start += run.len();
            for (place, (_, id)) in sorted.iter_mut().zip(run) {
                *place = *id;
            }
            if run.len() > 1 {
                self.sort_run(solver, sorted);
            }
        }
    }

    /// Sorts the candidates of one package by rules 1 to 4 and 6.
    pub(in crate::encode) fn sort_by_rank(&self, solvables: &mut [SolvableId]) {
        let Some(&first) = solvables.first() else {
            return;
        };
        let ranks = self.ranks(self.terms.name_of(first));
        let key = |id: &SolvableId| (self.rank(&ranks, *id).key, Reverse(self.timestamp(*id)));
        solvables.sort_by_cached_key(key);
    }

    /// Returns the ranks of all records of a package, by their places.
    fn ranks(&self, name: NameId) -> Arc<[Rank]> {
        (self.terms.world.facts).ranks(name, || {
            let found = self.candidates.get(&name);
            let ids = found.map_or(&[][..], |found| &found.candidates);
            let versions = ids
                .iter()
                .filter_map(|&id| Some((version(&self.terms, id)?, id)));
            let versions = numbered(versions);
            let version = |id: &SolvableId| versions.get(id).copied().unwrap_or(0);
            let keys = numbered(ids.iter().map(|id| (self.key(*id, version(id)), *id)));
            let rank = |id: &SolvableId| Rank {
                key: keys[id],
                version: version(id),
            };
            ids.iter().map(rank).collect()
        })
    }

    /// The rank of a candidate; that of an extra is the default.
    fn rank(&self, ranks: &[Rank], id: SolvableId) -> Rank {
        let place = place(&self.places, id);
        place
            .and_then(|place| ranks.get(place).copied())
            .unwrap_or_default()
    }

    fn key(&self, id: SolvableId, version: u32) -> Key {
        let record = self.terms.record_of(id);
        let cut_off = self.terms.world.cut_off.as_ref();
        let is_last = cut_off.is_some_and(|cut_off| cut_off.is_last_resort)
            && record.is_some_and(|record| date(record).is_none());
        let tracked = record.is_some_and(|r| !r.package_record.track_features.is_empty());
        let channel = match (self.terms.world.channel_priority, record) {
            (ChannelPriority::Flexible, Some(record)) => self.channel_rank(&record.channel),
            (ChannelPriority::Flexible, None) => u32::MAX,
            _ => 0,
        };
        let build = record.map_or(0, |record| record.package_record.build_number);
        let is_other = record.is_some_and(|record| self.is_other_version(record));
        (
            is_other,
            is_last,
            tracked,
            channel,
            Reverse(version),
            Reverse(build),
        )
    }

    fn channel_rank(&self, channel: &Option<String>) -> u32 {
        self.ranks.get(channel).copied().unwrap_or(u32::MAX)
    }

    /// Applies rules 5 and 6 to records that are equal under rules 1 to 4.
    fn sort_run<D>(&self, solver: &SolverCache<D>, run: &mut [SolvableId])
    where
        D: DependencyProvider<NameId = NameId, SolvableId = SolvableId>,
    {
        if let Some(sorted) = self.order.ties.borrow().get(&*run) {
            run.copy_from_slice(sorted);
            return;
        }
        let unsorted = run.to_vec();
        let Some(requirements) = self.known_requirements(solver, run) else {
            return;
        };
        let known = requirements.len();
        let shared = self.shared_names(&requirements);
        let mut scores: HashMap<(SolvableId, usize), Option<Score>> = HashMap::new();
        let mut score = |id: SolvableId, place: usize| {
            let entry = scores.entry((id, place));
            let score = entry.or_insert_with(|| {
                let sets = &requirements[&id][&shared[place]];
                let best = sets
                    .iter()
                    .filter_map(|&set| self.highest_version(solver, set));
                // If a record has several requirements on a package, the tightest counts.
                best.reduce(|a, b| if a > b { a } else { b })
            });
            *score
        };
        run[..known].sort_by(|&a, &b| {
            for place in 0..shared.len() {
                let ordering = match (score(a, place), score(b, place)) {
                    (Some(a), Some(b)) => a.cmp(&b),
                    (Some(_), None) => Ordering::Less,
                    (None, Some(_)) => Ordering::Greater,
                    (None, None) => Ordering::Equal,
                };
                if ordering != Ordering::Equal {
                    return ordering;
                }
            }
            self.timestamp(b).cmp(&self.timestamp(a))
        });
        self.order.ties.borrow_mut().insert(unsorted, run.to_vec());
    }

    fn highest_version<D>(&self, solver: &SolverCache<D>, set: VersionSetId) -> Option<Score>
    where
        D: DependencyProvider<NameId = NameId, SolvableId = SolvableId>,
    {
        if let Some(known) = self.order.highest.borrow().get(&set) {
            return *known;
        }
        let name = self.terms.pool.resolve_version_set_package_name(set);
        let score = match self.terms.set(set) {
            VersionSet::Match(spec) if !self.terms.rules.closed => {
                self.terms.world.facts.highest(name, spec, || {
                    let matching = self.matching(name, spec);
                    let candidates = self.candidates.get(&name)?.candidates.iter();
                    let matching = candidates.zip(&*matching).filter(|(_, matches)| **matches);
                    self.highest_of(name, matching.map(|(id, _)| *id))
                })
            }
            _ => {
                let matching = solver.get_or_cache_matching_candidates(set);
                let matching = matching.now_or_never()?.ok()?;
                self.highest_of(name, matching.iter().copied())
            }
        };
        self.order.highest.borrow_mut().insert(set, score);
        score
    }

    /// Returns the score of the highest version of some candidates of a name.
    fn highest_of(
        &self,
        name: NameId,
        candidates: impl Iterator<Item = SolvableId>,
    ) -> Option<Score> {
        let ranks = self.ranks(name);
        let mut best: Option<(u32, SolvableId)> = None;
        for id in candidates {
            // An extra has no version.
            let rank = place(&self.places, id).and_then(|place| ranks.get(place));
            if let Some(Rank { version, .. }) = rank
                && best.is_none_or(|(best, _)| *version > best)
            {
                best = Some((*version, id));
            }
        }
        let (version, id) = best?;
        let record = self.terms.record_of(id);
        let tracked = record.is_some_and(|r| !r.package_record.track_features.is_empty());
        Some((tracked, Reverse(version)))
    }

    /// Returns the requirements of each record, by name. Moves records with broken
    /// dependencies to the end of `run`. `None` if the solve was stopped.
    fn known_requirements<D>(
        &self,
        solver: &SolverCache<D>,
        run: &mut [SolvableId],
    ) -> Option<Requirements>
    where
        D: DependencyProvider<NameId = NameId, SolvableId = SolvableId>,
    {
        let mut requirements = Requirements::new();
        let mut known = run.len();
        let mut place = 0;
        while place < known {
            let id = run[place];
            let dependencies = solver.get_or_cache_dependencies(id).now_or_never()?.ok()?;
            let Dependencies::Known(dependencies) = dependencies else {
                known -= 1;
                run.swap(place, known);
                continue;
            };
            let by_name = requirements.entry(id).or_default();
            for requirement in &dependencies.requirements {
                if let Requirement::Single(set) = requirement.requirement {
                    let name = self.terms.pool.resolve_version_set_package_name(set);
                    by_name.entry(name).or_default().push(set);
                }
            }
            place += 1;
        }
        Some(requirements)
    }

    /// Returns the names that all of the records require, sorted.
    fn shared_names(&self, requirements: &Requirements) -> Vec<NameId> {
        let mut all = requirements.values();
        let mut shared: Vec<NameId> = all
            .next()
            .map(|names| names.keys().copied().collect())
            .unwrap_or_default();
        for names in all {
            shared.retain(|name| names.contains_key(name));
        }
        shared.sort_by(|a, b| self.terms.name(*a).cmp(self.terms.name(*b)));
        shared
    }

    fn timestamp(&self, id: SolvableId) -> Option<jiff::Timestamp> {
        let package = &self.terms.record_of(id)?.package_record;
        let stamp = package.timestamp.as_ref()?;
        Some(stamp.jiff_timestamp())
    }
}

/// Numbers the ids in the order of their keys; equal keys have one number.
fn numbered<K: Ord>(keys: impl Iterator<Item = (K, SolvableId)>) -> HashMap<SolvableId, u32> {
    let mut keys: Vec<(K, SolvableId)> = keys.collect();
    keys.sort_by(|a, b| a.0.cmp(&b.0));
    let mut number = 0;
    let numbered = keys.iter().enumerate().map(|(place, (key, id))| {
        let is_next = place > 0 && keys[place - 1].0.cmp(key) == Ordering::Less;
        number += u32::from(is_next);
        (*id, number)
    });
    numbered.collect()
}

type Requirements = HashMap<SolvableId, BTreeMap<NameId, Vec<VersionSetId>>>;

fn version<'t>(terms: &'t Terms<'_>, id: SolvableId) -> Option<&'t Version> {
    match terms.candidate(id) {
        Candidate::Record(record) => Some(terms.record(*record).package_record.version.version()),
        Candidate::Virtual(index) => Some(&terms.world.virtual_packages[*index].version),
        _ => None,
    }
}

//! The records that a match spec matches. A spec of a version alone is compared with each version
//! once, because a package has several builds of a version.

use std::sync::Arc;

use ahash::AHashMap as HashMap;
use rattler_conda_types::{RepoDataRecord, VersionSpec};
use resolvo::{NameId, SolvableId};

use super::{super::pool::Candidate, CondaHalf};
use crate::model::record_facts::{Spec, place};

impl CondaHalf<'_> {
    /// Returns the candidates of a name that a spec matches, or with `inverse` those that it does
    /// not match.
    pub(in crate::encode) fn filter(
        &self,
        name: NameId,
        candidates: &[SolvableId],
        spec: &Spec,
        inverse: bool,
    ) -> Vec<SolvableId> {
        let matching = self.matching(name, spec);
        let is_in = |id: &SolvableId| {
            place(&self.places, *id).is_some_and(|place| matching[place]) != inverse
        };
        candidates.iter().copied().filter(is_in).collect()
    }

    /// Returns for each record or virtual package of a name, by its place, whether a spec matches
    /// it.
    pub(super) fn matching(&self, name: NameId, spec: &Spec) -> Arc<[bool]> {
        (self.terms.world.facts).matching(name, spec, || {
            let found = self.candidates.get(&name);
            let ids = found.map_or(&[][..], |found| &found.candidates);
            let records = ids.iter().map(|id| self.terms.record_of(*id));
            match (spec.version_alone(), records.collect::<Option<Vec<_>>>()) {
                (Some(version), Some(records)) => self.by_version(name, &records, version),
                _ => ids.iter().map(|id| self.is_matched(*id, spec)).collect(),
            }
        })
    }

    fn is_matched(&self, id: SolvableId, spec: &Spec) -> bool {
        match self.terms.candidate(id) {
            Candidate::Record(record) => spec.matches(self.terms.record(*record)),
            Candidate::Virtual(index) => {
                spec.matches_virtual(&self.terms.world.virtual_packages[*index])
            }
            _ => false,
        }
    }

    fn by_version(
        &self,
        name: NameId,
        records: &[&RepoDataRecord],
        version: &VersionSpec,
    ) -> Vec<bool> {
        let numbers = (self.terms.world.facts).versions(name, || numbered(records));
        let mut matches: Vec<Option<bool>> = vec![None; records.len()];
        let records = records.iter().zip(&*numbers);
        let matches = records.map(|(record, &number)| {
            let known = &mut matches[number as usize];
            *known.get_or_insert_with(|| version.matches(&record.package_record.version))
        });
        matches.collect()
    }
}

/// Numbers the versions of records by their text.
fn numbered(records: &[&RepoDataRecord]) -> Vec<u32> {
    let mut numbers = HashMap::new();
    let mut numbered = Vec::with_capacity(records.len());
    for record in records {
        let next = numbers.len() as u32;
        let version = record.package_record.version.as_str();
        numbered.push(*numbers.entry(version).or_insert(next));
    }
    numbered
}

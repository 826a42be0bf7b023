//! The conda half: records as candidates and their dependencies as requirements. The
//! semantics are those of rattler's solver, so that a file without a pip list gets the
//! same records.

use std::{cell::RefCell, cmp::Ordering, collections::BTreeSet, rc::Rc, sync::Arc};

use ahash::{AHashMap as HashMap, AHashSet as HashSet};
use pep508_rs::PackageName as ProjectName;
use rattler_conda_types::RepoDataRecord;
use resolvo::{
    Candidates, DenseIndex, HintDependenciesAvailable, NameId, SolvableId, StringId, VersionSetId,
};

use super::{
    pool::{Candidate, Name, VersionSet},
    terms::Terms,
};
use crate::model::{
    error::SolveError,
    record::{RecordId, depends_on},
    record_facts::Providers,
    record_spec::RecordSpec,
};
use channels::ChannelRules;
use closed::Closed;
use order::Order;
use specs::SpecCache;

mod channels;
mod closed;
mod dependencies;
mod matching;
mod order;
mod records;
mod specs;
mod unfounded;

/// The candidates of the conda half.
pub(crate) struct CondaHalf<'a> {
    terms: Rc<Terms<'a>>,
    candidates: HashMap<NameId, Candidates>,
    /// The rank of a channel under [`ChannelPriority::Flexible`]; 0 is the highest.
    ///
    /// [`ChannelPriority::Flexible`]: presolve_target::ChannelPriority::Flexible
    ranks: HashMap<Option<String>, u32>,
    records: Vec<RecordId>,
    /// The packages of each unfounded set, with the records that would support it.
    supported: Vec<(BTreeSet<String>, Vec<VersionSetId>)>,
    specs: RefCell<SpecCache>,
    /// The place of each record or virtual package among those of its name, by its id.
    places: Arc<[u32]>,
    order: Order,
    closed: Closed<'a>,
}

impl<'a> CondaHalf<'a> {
    /// Makes every record of the channels a candidate.
    ///
    /// # Errors
    /// [`SolveError::DuplicateRecord`].
    pub(super) fn new(terms: Rc<Terms<'a>>) -> Result<Self, SolveError> {
        let world = terms.world;
        let mut half = Self {
            terms: terms.clone(),
            candidates: HashMap::new(),
            ranks: HashMap::new(),
            records: Vec::new(),
            supported: Vec::new(),
            specs: RefCell::default(),
            places: Arc::default(),
            order: Order::default(),
            closed: Closed::default(),
        };
        for (index, package) in world.virtual_packages.iter().enumerate() {
            let name = terms.conda(package.name.as_normalized());
            let solvable = terms.pool.intern_solvable(name, Candidate::Virtual(index));
            half.of_name(name).candidates.push(solvable);
        }
        let mut channels = ChannelRules::new(&terms);
        let mut last = None;
        for &id in records::distinct(world)? {
            let record = terms.record(id);
            let package = &record.package_record.name;
            let name = match last {
                Some((known, name)) if known == package => name,
                _ => terms.conda(package.as_normalized()),
            };
            last = Some((package, name));
            let solvable = half.add(id, name, record);
            let reasons = [
                records::exclusion(&terms, record),
                channels.exclusion(world, record),
            ];
            for reason in reasons.into_iter().flatten() {
                half.exclude(solvable, terms.intern_reason(reason));
            }
            half.favor(record, solvable);
        }
        half.places = world.facts.places(|| half.places());
        debug_assert_eq!(*half.places, *half.places(), "shared facts");
        for set in &terms.rules.unfounded {
            let support = half.support(set);
            half.supported.push((set.names.clone(), support));
        }
        for candidates in half.candidates.values_mut() {
            candidates.hint_dependencies_available = HintDependenciesAvailable::All;
        }
        Ok(half)
    }

    fn places(&self) -> Vec<u32> {
        let sizes = self.candidates.values().map(|found| found.candidates.len());
        let mut places = vec![0; sizes.sum()];
        for found in self.candidates.values() {
            for (place, id) in found.candidates.iter().enumerate() {
                places[id.to_index()] = place as u32;
            }
        }
        places
    }

    fn of_name(&mut self, name: NameId) -> &mut Candidates {
        self.candidates.entry(name).or_default()
    }

    fn add(&mut self, id: RecordId, name: NameId, record: &RepoDataRecord) -> SolvableId {
        let solvable = self.terms.pool.intern_solvable(name, Candidate::Record(id));
        if !self.ranks.contains_key(&record.channel) {
            let rank = self.ranks.len() as u32;
            self.ranks.insert(record.channel.clone(), rank);
        }
        self.records.push(id);
        self.of_name(name).candidates.push(solvable);
        solvable
    }

    fn exclude(&mut self, solvable: SolvableId, reason: StringId) {
        let name = self.terms.name_of(solvable);
        self.of_name(name).excluded.push((solvable, reason));
    }

    /// Prefers the record that an earlier `pin` chose, if it is still allowed. For a pin
    /// without a build, the order of the records does this: it may be any one of them.
    fn favor(&mut self, record: &RepoDataRecord, solvable: SolvableId) {
        let name = record.package_record.name.as_normalized();
        let preferred = self.terms.world.preferences.conda.get(name);
        let preferred = preferred.filter(|preferred| preferred.pin.build.is_some());
        if !preferred.is_some_and(|preferred| preferred.is(record)) {
            return;
        }
        let candidates = self.of_name(self.terms.name_of(solvable));
        let mut excluded = candidates.excluded.iter();
        if !excluded.any(|(other, _)| *other == solvable) && candidates.favored.is_none() {
            candidates.favored = Some(solvable);
        }
    }

    /// Whether a record has another version than an earlier `pin`, if that has no build.
    fn is_other_version(&self, record: &RepoDataRecord) -> bool {
        let name = record.package_record.name.as_normalized();
        let preferred = self.terms.world.preferences.conda.get(name);
        preferred.is_some_and(|preferred| preferred.pin.build.is_none() && !preferred.is(record))
    }

    /// Returns the candidates of a package or virtual package.
    pub(super) fn candidates(&self, name: NameId) -> Option<&Candidates> {
        self.candidates.get(&name)
    }

    /// The only candidate of an extra of a package.
    pub(super) fn extra_candidates(&self, name: NameId, package: &str, extra: &str) -> Candidates {
        let candidate = Candidate::CondaExtra {
            package: package.to_string(),
            extra: extra.to_string(),
        };
        Candidates {
            candidates: vec![self.terms.pool.intern_solvable(name, candidate)],
            hint_dependencies_available: HintDependenciesAvailable::All,
            ..Candidates::default()
        }
    }

    /// Whether a record is in a version set of its name.
    pub(super) fn is_in(&self, record: &RepoDataRecord, set: &VersionSet) -> bool {
        match set {
            VersionSet::Match(spec) => spec.matches(record),
            VersionSet::Provides(project, version) => {
                record.package_record.version.as_str() == *version
                    && self.terms.provides(record, project)
            }
            VersionSet::DoesNotProvide(project) => !self.terms.provides(record, project),
            VersionSet::DependsOn(names) => depends_on(record).any(|name| names.contains(&*name)),
            _ => false,
        }
    }

    fn of<'s>(&'s self, name: &str) -> Option<&'s Candidates> {
        let id = self.terms.known(&Name::Conda(name.to_string()))?;
        self.candidates.get(&id)
    }

    /// The record candidates of a package.
    pub(super) fn candidates_of(&self, name: &str) -> Vec<(SolvableId, RecordId)> {
        let candidates = self.of(name).map(|found| found.candidates.as_slice());
        candidates
            .unwrap_or_default()
            .iter()
            .filter_map(|&solvable| match self.terms.candidate(solvable) {
                Candidate::Record(id) => Some((solvable, *id)),
                _ => None,
            })
            .collect()
    }

    /// Returns the records of a package that are not excluded and, unless the rules leave
    /// these lines open, that satisfy the declared specs.
    pub(super) fn allowed<'s>(
        &'s self,
        name: &str,
        specs: &'s [RecordSpec],
        is_open: bool,
    ) -> impl Iterator<Item = &'a RepoDataRecord> + use<'s, 'a> {
        let excluded = self.excluded(name);
        self.candidates_of(name)
            .into_iter()
            .map(|(solvable, id)| (solvable, self.terms.record(id)))
            .filter(move |(_, record)| is_open || specs.iter().all(|spec| spec.matches(record)))
            .filter(move |(solvable, _)| !excluded.contains(solvable))
            .map(|(_, record)| record)
    }

    fn excluded(&self, name: &str) -> HashSet<SolvableId> {
        let excluded = self.of(name).map(|found| found.excluded.as_slice());
        let excluded = excluded.unwrap_or_default();
        excluded.iter().map(|(id, _)| *id).collect()
    }

    /// Returns the channels of the other records that the pin of a record also matches,
    /// whether or not these records are allowed.
    pub(crate) fn namesakes(&self, id: RecordId) -> Vec<String> {
        let record = self.terms.record(id);
        let package = &record.package_record;
        let is_namesake = |other: &&RepoDataRecord| {
            let (url, other) = (&other.url, &other.package_record);
            let build = other.build.as_str();
            *url != record.url
                && other.version.cmp(&package.version) == Ordering::Equal
                && build.eq_ignore_ascii_case(package.build.as_str())
        };
        self.candidates_of(package.name.as_normalized())
            .into_iter()
            .map(|(_, id)| self.terms.record(id))
            .filter(is_namesake)
            .map(|other| other.channel.clone().unwrap_or_default())
            .collect()
    }

    /// Returns the conda packages that provide each PyPI project.
    pub(super) fn providers(&self) -> Arc<HashMap<ProjectName, Providers>> {
        (self.terms.world.facts).providers(|| self.find_providers())
    }

    fn find_providers(&self) -> HashMap<ProjectName, Providers> {
        let mut providers: HashMap<ProjectName, Providers> = HashMap::new();
        for &id in &self.records {
            let record = self.terms.record(id);
            let version = record.package_record.version.as_str();
            for project in (self.terms.world.pypi_names)(record) {
                let name = record.package_record.name.as_normalized().to_string();
                let versions = providers
                    .entry(project)
                    .or_default()
                    .entry(name)
                    .or_default();
                if !versions.iter().any(|known| *known == version) {
                    versions.push(version.to_string());
                }
            }
        }
        providers
    }
}

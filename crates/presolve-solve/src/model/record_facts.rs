//! Facts about the records of a world that every attempt at it needs. They are found once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    ops::Deref,
    sync::{Arc, Mutex, OnceLock},
};

use ahash::AHashMap as HashMap;
use pep508_rs::PackageName as ProjectName;
use rattler_conda_types::{
    MatchSpec, MatchSpecCondition, PackageNameMatcher, ParseMatchSpecOptions, RepodataRevision,
};
use resolvo::{DenseIndex, NameId, SolvableId};

use super::{
    error::{SolveError, SpecError},
    ratings::lock,
    record::RecordId,
    record_spec::RecordSpec,
    solution::Solution,
};
use presolve_parse as parse;

/// Facts about the records of a world, see [`World::facts`](super::World::facts).
///
/// An encoding creates the ids of virtual packages, records and their names before all others,
/// and always in the same order. So these ids mean the same in each attempt.
#[derive(Clone, Default)]
pub struct RecordFacts(Arc<Facts>);

/// The conda packages that provide a project, with their versions as written.
pub(crate) type Providers = BTreeMap<String, Vec<String>>;

/// Facts of a kind, by what they are about.
type Known<K, V> = Mutex<HashMap<K, V>>;

/// A name, and the number of a spec.
type SpecOf = (NameId, u32);

#[derive(Default)]
struct Facts {
    distinct: OnceLock<Vec<RecordId>>,
    providers: OnceLock<Arc<HashMap<ProjectName, Providers>>>,
    places: OnceLock<Arc<[u32]>>,
    read: Known<String, Result<Arc<ReadSpec>, SpecError>>,
    numbers: Known<Arc<RecordSpec>, u32>,
    matching: Known<SpecOf, Arc<[bool]>>,
    versions: Known<NameId, Arc<[u32]>>,
    ranks: Known<NameId, Arc<[Rank]>>,
    highest: Known<SpecOf, Option<Score>>,
    conda_alone: Mutex<VecDeque<(CondaLines, Option<Arc<Solution>>)>>,
}

/// The declared conda lines: their match specs, with the channels that they allow.
pub(crate) type CondaLines = Vec<(MatchSpec, Vec<String>)>;

/// The number of recent solutions of conda halves that are kept.
const SOLUTIONS: usize = 16;

/// The ranks of a record among those of its package.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rank {
    /// Its rank by all that is known without its dependencies; smaller is better.
    pub key: u32,
    /// The rank of its version; larger is better.
    pub version: u32,
}

/// The best version that a dependency allows: whether it tracks features, and its rank among
/// those of the package. Smaller is better.
pub(crate) type Score = (bool, Reverse<u32>);

/// The constraints of a match spec, as they are written. Those that mean the same, such as `>=2`
/// and `>=2.0`, have the same number, by which they are compared.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    number: u32,
    spec: Arc<RecordSpec>,
}

/// A match spec, as far as it could be read.
pub(crate) struct ReadSpec {
    /// Its condition (CEP 43).
    pub condition: Option<MatchSpecCondition>,
    /// The normalised name of the package.
    pub name: String,
    /// The extras of the package (CEP 44).
    pub extras: Vec<String>,
    /// Its constraints.
    pub spec: Result<Spec, SpecError>,
}

impl RecordFacts {
    /// Returns the records of all subdirs without twins, from the cache or from `find`.
    ///
    /// # Errors
    /// The error of `find`.
    pub(crate) fn distinct(
        &self,
        find: impl FnOnce() -> Result<Vec<RecordId>, SolveError>,
    ) -> Result<&[RecordId], SolveError> {
        if let Some(known) = self.0.distinct.get() {
            return Ok(known);
        }
        let found = find()?;
        Ok(self.0.distinct.get_or_init(|| found))
    }

    /// Returns the conda packages that provide each project, from the cache or from `find`.
    pub(crate) fn providers(
        &self,
        find: impl FnOnce() -> HashMap<ProjectName, Providers>,
    ) -> Arc<HashMap<ProjectName, Providers>> {
        self.0.providers.get_or_init(|| Arc::new(find())).clone()
    }

    /// Returns the place of each record or virtual package among those of its name, by its id,
    /// from the cache or from `find`.
    pub(crate) fn places(&self, find: impl FnOnce() -> Vec<u32>) -> Arc<[u32]> {
        self.0.places.get_or_init(|| find().into()).clone()
    }

    /// Reads a match spec that a record writes.
    ///
    /// # Errors
    /// [`SpecError::Parser`] and [`SpecError::InexactName`].
    pub(crate) fn read(&self, text: &str) -> Result<Arc<ReadSpec>, SpecError> {
        if let Some(known) = lock(&self.0.read).get(text) {
            return known.clone();
        }
        let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
        let read = parse::conda::match_spec(text, options)
            .map_err(|error| SpecError::Parser(error.to_string()))
            .and_then(|spec| self.of(spec))
            .map(Arc::new);
        lock(&self.0.read).insert(text.to_string(), read.clone());
        read
    }

    /// Separates the parts of a match spec.
    ///
    /// # Errors
    /// [`SpecError::InexactName`].
    pub(crate) fn of(&self, spec: MatchSpec) -> Result<ReadSpec, SpecError> {
        let (PackageNameMatcher::Exact(name), spec) = spec.into_nameless() else {
            return Err(SpecError::InexactName);
        };
        Ok(ReadSpec {
            condition: spec.condition.clone(),
            name: name.as_normalized().to_string(),
            extras: spec.extras.clone().unwrap_or_default(),
            spec: RecordSpec::new(spec)
                .map(|spec| self.numbered(spec))
                .map_err(SpecError::Parser),
        })
    }

    /// Gives a spec its number.
    pub(crate) fn numbered(&self, spec: RecordSpec) -> Spec {
        let spec = Arc::new(spec);
        let mut numbers = lock(&self.0.numbers);
        let next = numbers.len() as u32;
        let number = *numbers.entry(spec.clone()).or_insert(next);
        Spec { number, spec }
    }

    /// Returns for each record or virtual package of a name, by its place, whether it matches,
    /// from the cache or from `find`.
    pub(crate) fn matching(
        &self,
        name: NameId,
        spec: &Spec,
        find: impl FnOnce() -> Vec<bool>,
    ) -> Arc<[bool]> {
        cached(&self.0.matching, (name, spec.number), || find().into())
    }

    /// Returns a number for the version of each record of a name, by its place, from the cache
    /// or from `find`. The same text has the same number.
    pub(crate) fn versions(&self, name: NameId, find: impl FnOnce() -> Vec<u32>) -> Arc<[u32]> {
        cached(&self.0.versions, name, || find().into())
    }

    /// Returns the rank of each record of a name, by its place, from the cache or from `find`.
    pub(crate) fn ranks(&self, name: NameId, find: impl FnOnce() -> Vec<Rank>) -> Arc<[Rank]> {
        cached(&self.0.ranks, name, || find().into())
    }

    /// Returns the score of the highest version that a spec matches, also if its records are
    /// excluded, from the cache or from `find`.
    pub(crate) fn highest(
        &self,
        name: NameId,
        spec: &Spec,
        find: impl FnOnce() -> Option<Score>,
    ) -> Option<Score> {
        cached(&self.0.highest, (name, spec.number), find)
    }

    /// Returns the best solution of a conda half alone, from the cache or from `find`.
    ///
    /// # Errors
    /// The error of `find`.
    pub(crate) fn conda_alone(
        &self,
        lines: CondaLines,
        find: impl FnOnce() -> Result<Option<Arc<Solution>>, SolveError>,
    ) -> Result<Option<Arc<Solution>>, SolveError> {
        let known = self.take_conda_alone(&lines);
        let found = known.map_or_else(find, Ok)?;
        let mut recent = lock(&self.0.conda_alone);
        if recent.len() == SOLUTIONS {
            recent.pop_front();
        }
        recent.push_back((lines, found.clone()));
        Ok(found)
    }

    fn take_conda_alone(&self, lines: &CondaLines) -> Option<Option<Arc<Solution>>> {
        let mut recent = lock(&self.0.conda_alone);
        let place = recent.iter().position(|(known, _)| known == lines)?;
        recent.remove(place).map(|(_, solution)| solution)
    }
}

/// Returns a fact. `find` may ask for other facts of the kind.
fn cached<K: std::hash::Hash + Eq, V: Clone>(
    known: &Known<K, V>,
    key: K,
    find: impl FnOnce() -> V,
) -> V {
    if let Some(known) = lock(known).get(&key) {
        return known.clone();
    }
    let found = find();
    lock(known).insert(key, found.clone());
    found
}

impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Spec {}

impl std::hash::Hash for Spec {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl Deref for Spec {
    type Target = RecordSpec;

    fn deref(&self) -> &RecordSpec {
        &self.spec
    }
}

/// The place of a candidate, if it is a record or a virtual package.
pub(crate) fn place(places: &[u32], id: SolvableId) -> Option<usize> {
    places.get(id.to_index()).map(|&place| place as usize)
}

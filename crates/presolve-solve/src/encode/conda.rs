//! The conda half: records as candidates and their dependencies as requirements. The
//! semantics are those of rattler's solver, so that a file without a pip list gets the
//! same records.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use pep508_rs::PackageName as ProjectName;
use rattler_conda_types::{
    MatchSpec, MatchSpecCondition, PackageName, PackageNameMatcher, ParseMatchSpecOptions,
    RepoDataRecord, RepodataRevision,
    package::{ArchiveIdentifier, DistArchiveType},
};
use resolvo::{
    Candidates, Condition, ConditionId, ConditionalRequirement, Dependencies,
    HintDependenciesAvailable, KnownDependencies, LogicalOperator, NameId, SolvableId, StringId,
    VersionSetId,
};

use crate::model::error::SolveError;
use crate::{
    Declared, DeclaredKind, Problem, Reading, Unasked, World,
    conflict::{Reason, ReasonKind, Reasons},
    encode::Provider,
    encode::pips,
    encode::pool::{Candidate, Name, Pool, RecordId, VersionSet},
    encode::record_spec::RecordSpec,
};
use presolve_parse as parse;
use presolve_target::ChannelPriority;

pub(crate) mod order;

/// A match spec in the pool: what it requires, and under which condition.
pub(crate) type PooledMatchSpec = (Vec<VersionSetId>, Option<ConditionId>);

/// Match specs as records write them, in the pool or with the reason why not.
pub(crate) type MatchSpecCache = HashMap<String, Result<PooledMatchSpec, String>>;

/// The candidates of the conda half.
#[derive(Default)]
pub(crate) struct CondaHalf {
    pub candidates: HashMap<NameId, Candidates>,
    /// The priority of a channel under [`ChannelPriority::Flexible`], 0 first.
    ranks: HashMap<Option<String>, u32>,
    records: Vec<RecordId>,
    /// Packages that came in unasked, with the records that could ask for them.
    askers: Vec<(BTreeSet<String>, Vec<VersionSetId>)>,
}

impl CondaHalf {
    pub(crate) fn new(
        pool: &Pool,
        reasons: &Reasons,
        problem: &Problem<'_>,
        reading: &Reading,
    ) -> Result<Self, SolveError> {
        let world = &problem.world;
        let mut half = Self::default();
        for (index, package) in world.virtual_packages.iter().enumerate() {
            let name = Name::Conda(package.name.as_normalized().to_string());
            let name = pool.intern_package_name(name);
            let solvable = pool.intern_solvable(name, Candidate::Virtual(index));
            half.candidates
                .entry(name)
                .or_default()
                .candidates
                .push(solvable);
        }
        let mut by_channel = ByChannel {
            requested: requested_channels(problem.declared),
            is_open: reading.open_channels,
            first: HashMap::new(),
        };
        for subdir in 0..world.subdirs.len() {
            for id in distinct_records(world, subdir)? {
                let solvable = half.add(pool, world, id);
                let record = half.record(world, id);
                let reasons_against = [
                    exclusion(world, reading, record),
                    by_channel.exclusion(world, record),
                ];
                for reason in reasons_against.into_iter().flatten() {
                    half.exclude(pool, solvable, reasons.intern(pool, reason));
                }
                half.favor(pool, world, id, solvable);
            }
        }
        for unasked in &reading.unasked {
            let askers = half.askers(pool, problem, unasked);
            half.askers.push((unasked.names.clone(), askers));
        }
        for candidates in half.candidates.values_mut() {
            candidates.hint_dependencies_available = HintDependenciesAvailable::All;
        }
        Ok(half)
    }

    fn add(&mut self, pool: &Pool, world: &World<'_>, id: RecordId) -> SolvableId {
        let record = self.record(world, id);
        let name = record.package_record.name.as_normalized();
        let name_id = pool.intern_package_name(Name::Conda(name.to_string()));
        let solvable = pool.intern_solvable(name_id, Candidate::Record(id));
        if !self.ranks.contains_key(&record.channel) {
            let rank = self.ranks.len() as u32;
            self.ranks.insert(record.channel.clone(), rank);
        }
        self.records.push(id);
        let candidates = self.candidates.entry(name_id).or_default();
        candidates.candidates.push(solvable);
        solvable
    }

    fn exclude(&mut self, pool: &Pool, solvable: SolvableId, reason: StringId) {
        let name = pool.resolve_solvable(solvable).name;
        let candidates = self.candidates.entry(name).or_default();
        candidates.excluded.push((solvable, reason));
    }

    /// Prefers what an earlier `pin` chose, if it may still be taken.
    fn favor(&mut self, pool: &Pool, world: &World<'_>, id: RecordId, solvable: SolvableId) {
        let record = self.record(world, id);
        let name = record.package_record.name.as_normalized();
        let preferred = world.preferences.conda.get(name);
        if !preferred.is_some_and(|preferred| preferred.is(record)) {
            return;
        }
        let name = pool.resolve_solvable(solvable).name;
        let candidates = self.candidates.entry(name).or_default();
        let mut excluded = candidates.excluded.iter();
        if !excluded.any(|(other, _)| *other == solvable) && candidates.favored.is_none() {
            candidates.favored = Some(solvable);
        }
    }

    /// The records that lead to packages which came in unasked, of all packages to which
    /// the declared lines may lead without them, nearest first.
    ///
    /// A package that is there for a reason has such a record beside it: this is
    /// the loop formula of answer set programming (Lin and Zhao 2004).
    fn askers(&self, pool: &Pool, problem: &Problem<'_>, unasked: &Unasked) -> Vec<VersionSetId> {
        if !unasked.by_others {
            return Vec::new();
        }
        let names = Arc::new(unasked.names.clone());
        let asked = problem.world.asked.iter().cloned();
        let mut queue: VecDeque<String> = problem.conda_names().into_iter().chain(asked).collect();
        let mut seen: HashSet<String> = queue.iter().cloned().collect();
        let mut askers = Vec::new();
        while let Some(package) = queue.pop_front() {
            let mut asks = false;
            for (_, id) in self.candidates_of(pool, &package) {
                for name in depends_on(self.record(&problem.world, id)) {
                    if names.contains(&*name) {
                        asks = true;
                    } else if !seen.contains(&*name) {
                        seen.insert(name.to_string());
                        queue.push_back(name.into_owned());
                    }
                }
            }
            if asks {
                let package = pool.intern_package_name(Name::Conda(package));
                askers.push(pool.intern_version_set(package, VersionSet::DependsOn(names.clone())));
            }
        }
        askers
    }

    pub(crate) fn record<'r>(&self, world: &World<'r>, id: RecordId) -> &'r RepoDataRecord {
        &world.subdirs[id.subdir as usize].records[id.index as usize]
    }

    fn of<'p>(&'p self, pool: &Pool, name: &str) -> Option<&'p Candidates> {
        let id = pool.lookup_package_name(&Name::Conda(name.to_string()))?;
        self.candidates.get(&id)
    }

    /// The record candidates of a package.
    pub(crate) fn candidates_of(&self, pool: &Pool, name: &str) -> Vec<(SolvableId, RecordId)> {
        let candidates = self.of(pool, name).map(|found| found.candidates.as_slice());
        let records = candidates
            .unwrap_or_default()
            .iter()
            .filter_map(|&solvable| match pool.resolve_solvable(solvable).record {
                Candidate::Record(id) => Some((solvable, id)),
                _ => None,
            });
        records.collect()
    }

    /// The channels of the other records that the pin of a record would name as
    /// well, whether or not they may be taken.
    pub(crate) fn namesakes(&self, pool: &Pool, world: &World<'_>, id: RecordId) -> Vec<String> {
        let record = self.record(world, id);
        let package = &record.package_record;
        let others = self.candidates_of(pool, package.name.as_normalized());
        let others = others.into_iter().map(|(_, id)| self.record(world, id));
        let is_namesake = |other: &&RepoDataRecord| {
            let (url, other) = (&other.url, &other.package_record);
            let build = other.build.as_str();
            *url != record.url
                && other.version.cmp(&package.version) == Ordering::Equal
                && build.eq_ignore_ascii_case(package.build.as_str())
        };
        others
            .filter(is_namesake)
            .map(|other| other.channel.clone().unwrap_or_default())
            .collect()
    }

    /// The candidates of a package that one of these channels has.
    pub(crate) fn in_channels(
        &self,
        pool: &Pool,
        world: &World<'_>,
        name: &str,
        channels: &[String],
    ) -> Vec<SolvableId> {
        let candidates = self.candidates_of(pool, name).into_iter();
        let is_in = |id: &RecordId| is_one_of(self.record(world, *id).channel.as_deref(), channels);
        candidates
            .filter(|(_, id)| is_in(id))
            .map(|(solvable, _)| solvable)
            .collect()
    }

    /// The excluded candidates of a package.
    pub(crate) fn excluded(&self, pool: &Pool, name: &str) -> HashSet<SolvableId> {
        let excluded = self.of(pool, name).map(|found| found.excluded.as_slice());
        excluded
            .unwrap_or_default()
            .iter()
            .map(|(id, _)| *id)
            .collect()
    }

    /// The priority of a channel under [`ChannelPriority::Flexible`], 0 first.
    pub(crate) fn channel_rank(&self, channel: &Option<String>) -> u32 {
        self.ranks.get(channel).copied().unwrap_or(u32::MAX)
    }

    /// Which conda packages provide a PyPI project, with their versions.
    pub(crate) fn providers(
        &self,
        world: &World<'_>,
    ) -> HashMap<ProjectName, BTreeMap<String, Vec<String>>> {
        let mut providers: HashMap<ProjectName, BTreeMap<String, Vec<String>>> = HashMap::new();
        for &id in &self.records {
            let record = self.record(world, id);
            let version = record.package_record.version.as_str();
            for project in (world.pypi_names)(record) {
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

/// The names that a record depends on, under whatever condition.
pub fn depends_on(record: &RepoDataRecord) -> impl Iterator<Item = Cow<'_, str>> {
    let package = &record.package_record;
    let depends = package
        .depends
        .iter()
        .chain(package.extra_depends.values().flatten());
    depends.map(|text| PackageName::normalized_name_from_matchspec_str(text))
}

/// What the declared `channel::` or strict priority excludes.
struct ByChannel<'p> {
    requested: HashMap<&'p str, Vec<&'p [String]>>,
    /// The lines with a `channel::` see to it themselves.
    is_open: bool,
    /// The first channel that has a package.
    first: HashMap<&'p str, Option<&'p str>>,
}

impl<'p> ByChannel<'p> {
    fn exclusion(&mut self, world: &World<'p>, record: &'p RepoDataRecord) -> Option<Reason> {
        let name = record.package_record.name.as_normalized();
        let channel = record.channel.as_deref();
        let shown = |channel| world.channel_shown(channel);
        match self.requested.get(name) {
            Some(_) if self.is_open => None,
            Some(wanted) if !wanted.iter().all(|wanted| is_one_of(channel, wanted)) => {
                let shown = shown(channel);
                let reason = format!("it is in {shown}, not in the requested channel");
                Some(ReasonKind::OtherChannel.because(reason))
            }
            _ if world.channel_priority == ChannelPriority::Strict => {
                let first = *self.first.entry(name).or_insert(channel);
                let reason = || {
                    let (first, other) = (shown(first), shown(channel));
                    let reason = format!(
                        "strict channel priority allows {name} from {first} only, not {other}"
                    );
                    ReasonKind::ChannelPriority.because(reason)
                };
                (first != channel).then(reason)
            }
            _ => None,
        }
    }
}

fn is_one_of(channel: Option<&str>, channels: &[String]) -> bool {
    channels.iter().any(|known| channel == Some(known.as_str()))
}

/// The channels that each declared `channel::` leaves of a package.
fn requested_channels(declared: &[Declared]) -> HashMap<&str, Vec<&[String]>> {
    let mut channels: HashMap<&str, Vec<&[String]>> = HashMap::new();
    for declared in declared {
        if let DeclaredKind::Conda(spec) = &declared.kind
            && let Some(name) = spec.name.as_exact()
            && !declared.channels.is_empty()
        {
            let requested = channels.entry(name.as_normalized()).or_default();
            requested.push(&declared.channels);
        }
    }
    channels
}

/// Why a record is excluded regardless of other requirements.
fn exclusion(world: &World<'_>, reading: &Reading, record: &RepoDataRecord) -> Option<Reason> {
    let package = &record.package_record;
    if let Some(cutoff) = world.exclude_newer
        && let Some(timestamp) = package
            .indexed_timestamp
            .as_ref()
            .or(package.timestamp.as_ref())
        && timestamp.jiff_timestamp() > cutoff
    {
        return Some(ReasonKind::TooNew.because(format!("it is newer than {cutoff}")));
    }
    if let Some(pythons) = &reading.pythons
        && package.name.as_normalized() == "python"
        && !(package.version.as_str().parse()).is_ok_and(|version| pythons.contains(&version))
    {
        let reason = "the pip list was tried with another Python";
        return Some(ReasonKind::Other.because(reason));
    }
    if let Some(pip) = &reading.pip
        && package.name.as_normalized() == "pip"
        && pips::version(record).as_ref() != Some(pip)
    {
        let reason = "the pip list was tried with another pip";
        return Some(ReasonKind::Other.because(reason));
    }
    None
}

/// The records of a subdir, of twins that differ in the archive type only the
/// preferred one, in the order of the repodata.
fn distinct_records(world: &World<'_>, subdir: usize) -> Result<Vec<RecordId>, SolveError> {
    let records = &world.subdirs[subdir].records;
    let newer = |record: &RepoDataRecord| exclusion(world, &Reading::default(), record).is_some();
    let mut kept: Vec<usize> = Vec::with_capacity(records.len());
    let mut places: HashMap<&ArchiveIdentifier, usize> = HashMap::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let Some(&place) = places.get(&record.identifier.identifier) else {
            places.insert(&record.identifier.identifier, kept.len());
            kept.push(index);
            continue;
        };
        let twin = &records[kept[place]];
        let kind: DistArchiveType = record.identifier.archive_type;
        let better = match (newer(record), newer(twin)) {
            (false, true) => true,
            (true, false) => false,
            _ => match kind.cmp_preference(twin.identifier.archive_type) {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal if record == twin => false,
                Ordering::Equal => return Err(duplicate(world, record)),
            },
        };
        if better {
            kept[place] = index;
        }
    }
    let id = |index| RecordId {
        subdir: subdir as u32,
        index: index as u32,
    };
    Ok(kept.into_iter().map(id).collect())
}

fn duplicate(world: &World<'_>, record: &RepoDataRecord) -> SolveError {
    SolveError::DuplicateRecord {
        channel: world.channel_shown(record.channel.as_deref()),
        file_name: record.identifier.to_string(),
    }
}

/// Takes a match spec that a record writes into the pool.
pub(crate) fn pooled_match_spec(
    pool: &Pool,
    cache: &mut MatchSpecCache,
    text: &str,
) -> Result<PooledMatchSpec, String> {
    if let Some(known) = cache.get(text) {
        return known.clone();
    }
    let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    let pooled = parse::conda::match_spec(text, options)
        .map_err(|error| error.to_string())
        .and_then(|spec| {
            let condition = spec.condition.as_ref();
            let condition = condition.map(|when| pooled_condition(pool, cache, when));
            Ok((version_sets(pool, spec)?, condition.transpose()?))
        });
    cache.insert(text.to_string(), pooled.clone());
    pooled
}

/// The version sets of a match spec: its extras (CEP-44), then the package.
pub(crate) fn version_sets(pool: &Pool, spec: MatchSpec) -> Result<Vec<VersionSetId>, String> {
    let (PackageNameMatcher::Exact(name), spec) = spec.into_nameless() else {
        return Err("a dependency needs an exact package name".to_string());
    };
    let name = name.as_normalized();
    let extras = spec.extras.iter().flatten().map(|extra| {
        let name = Name::CondaExtra {
            package: name.to_string(),
            extra: extra.clone(),
        };
        pool.intern_version_set(pool.intern_package_name(name), VersionSet::Any)
    });
    let mut sets: Vec<_> = extras.collect();
    let id = pool.intern_package_name(Name::Conda(name.to_string()));
    let spec = VersionSet::Match(Box::new(RecordSpec::new(spec)?));
    sets.push(pool.intern_version_set(id, spec));
    Ok(sets)
}

/// Takes the condition of a match spec (CEP-43) into the pool.
pub(crate) fn pooled_condition(
    pool: &Pool,
    cache: &mut MatchSpecCache,
    condition: &MatchSpecCondition,
) -> Result<ConditionId, String> {
    let mut join = |operator, left: &MatchSpecCondition, right: &MatchSpecCondition| {
        let left = pooled_condition(pool, cache, left)?;
        let right = pooled_condition(pool, cache, right)?;
        Ok(pool.intern_condition(Condition::Binary(operator, left, right)))
    };
    match condition {
        MatchSpecCondition::And(left, right) => join(LogicalOperator::And, left, right),
        MatchSpecCondition::Or(left, right) => join(LogicalOperator::Or, left, right),
        MatchSpecCondition::MatchSpec(spec) => {
            let (sets, nested) = pooled_match_spec(pool, cache, &spec.to_string())?;
            if nested.is_some() {
                return Err("a condition inside a condition".to_string());
            }
            let conditions = sets.into_iter().map(Condition::Requirement);
            conditions
                .map(|condition| pool.intern_condition(condition))
                .reduce(|left, right| {
                    pool.intern_condition(Condition::Binary(LogicalOperator::And, left, right))
                })
                .ok_or_else(|| "an empty condition".to_string())
        }
    }
}

impl Provider<'_> {
    fn pooled(&self, text: &str) -> Result<PooledMatchSpec, String> {
        pooled_match_spec(&self.pool, &mut self.match_specs.borrow_mut(), text)
    }

    /// The only candidate of an extra of a conda package.
    pub(crate) fn conda_extra(&self, name: NameId, package: &str, extra: &str) -> Candidates {
        let candidate = Candidate::CondaExtra {
            package: package.to_string(),
            extra: extra.to_string(),
        };
        Candidates {
            candidates: vec![self.pool.intern_solvable(name, candidate)],
            hint_dependencies_available: HintDependenciesAvailable::All,
            ..Candidates::default()
        }
    }

    /// What a record requires and constrains.
    pub(crate) fn record_dependencies(&self, solvable: SolvableId, id: RecordId) -> Dependencies {
        self.try_record_dependencies(solvable, id).map_or_else(
            |reason| Dependencies::Unknown(self.pool.intern_string(reason)),
            Dependencies::Known,
        )
    }

    fn try_record_dependencies(
        &self,
        solvable: SolvableId,
        id: RecordId,
    ) -> Result<KnownDependencies, String> {
        let package = &self.record(id).package_record;
        let broken =
            |text: &str, error: String| format!("its dependency '{text}' is broken: {error}");
        let mut known = KnownDependencies::default();
        for text in &package.depends {
            let (sets, condition) = self.pooled(text).map_err(|error| broken(text, error))?;
            known
                .requirements
                .extend(sets.into_iter().map(|set| ConditionalRequirement {
                    requirement: set.into(),
                    condition,
                }));
        }
        for text in &package.constrains {
            let (sets, _) = self.pooled(text).map_err(|error| broken(text, error))?;
            for set in sets {
                if !self.is_of(set, package.name.as_normalized()) {
                    known.constrains.push(set);
                } else if !self.meets(solvable, set) {
                    return Err(format!("its own constraint '{text}' excludes it"));
                }
            }
        }
        for (extra, depends) in &package.extra_depends {
            let extra = self.extra_condition(package.name.as_normalized(), extra);
            for text in depends {
                let (sets, condition) = self.pooled(text).map_err(|error| broken(text, error))?;
                let condition = condition.map_or(extra, |condition| {
                    let both = Condition::Binary(LogicalOperator::And, extra, condition);
                    self.pool.intern_condition(both)
                });
                known
                    .requirements
                    .extend(sets.into_iter().map(|set| ConditionalRequirement {
                        requirement: set.into(),
                        condition: Some(condition),
                    }));
            }
        }
        for (names, askers) in &self.conda.askers {
            if !names.contains(package.name.as_normalized()) {
                continue;
            }
            let Some((&first, rest)) = askers.split_first() else {
                return Err("no conda dependency requires it".to_string());
            };
            let union = self
                .pool
                .intern_version_set_union(first, rest.iter().copied());
            known.requirements.push(union.into());
        }
        Ok(known)
    }

    /// Whether a version set is one of a conda package. One that constrains its
    /// own name would break the solver's clauses.
    fn is_of(&self, set: VersionSetId, package: &str) -> bool {
        let name = self.pool.resolve_version_set_package_name(set);
        matches!(self.pool.resolve_package_name(name), Name::Conda(name) if name == package)
    }

    fn extra_condition(&self, package: &str, extra: &str) -> ConditionId {
        let name = self.pool.intern_package_name(Name::CondaExtra {
            package: package.to_string(),
            extra: extra.to_string(),
        });
        let set = self.pool.intern_version_set(name, VersionSet::Any);
        self.pool.intern_condition(Condition::Requirement(set))
    }
}

//! The solver's view of the joint problem: dispatches to the conda half and the
//! PyPI half, which answer by the kind of the name.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    fmt::Display,
    time::Instant,
};

use pep508_rs::PackageName;
use rattler_conda_types::RepoDataRecord;
use resolvo::{
    Candidates, Condition, ConditionId, Dependencies, DependencyProvider, Interner, NameId,
    SolvableId, SolverCache, StringId, VersionSetId, VersionSetUnionId,
};

use crate::model::error::SolveError;
use crate::{
    Declared, Problem, Reading, World,
    conflict::Reasons,
    encode::conda::order::CondaOrder,
    encode::conda::{CondaHalf, MatchSpecCache, depends_on},
    encode::pips::Pips,
    encode::pool::{Candidate, Name, Pool, RecordId, VersionSet},
    encode::pypi::ProjectCache,
    encode::pythons::{PythonSet, Pythons, declared_specs},
};
use presolve_packages::{error::IndexError, pypi::tags::Target};

pub(crate) mod conda;
pub(crate) mod pips;
pub(crate) mod pool;
pub(crate) mod pypi;
pub mod pythons;
pub(crate) mod record_spec;

/// The reason for which the solver was stopped.
pub(crate) enum Stop {
    /// The deadline has passed.
    Deadline,
    /// An index could not be queried.
    Error(Box<SolveError>),
}

/// The joint problem as resolvo asks for it.
pub(crate) struct Provider<'a> {
    pub pool: Pool,
    pub world: &'a World<'a>,
    pub declared: &'a [Declared],
    pub reading: Reading,
    pub conda: CondaHalf,
    pub match_specs: RefCell<MatchSpecCache>,
    pub order: CondaOrder,
    pub pythons: Pythons,
    /// The pythons that the declared conda lines allow.
    pub allowed: PythonSet,
    /// The pips that the declared conda lines allow.
    pub pips: Pips,
    /// The platform tags that one of these pips takes.
    pub target: Target,
    /// Which conda packages provide a project, with their versions as written.
    pub providers: HashMap<PackageName, BTreeMap<String, Vec<String>>>,
    pub projects: ProjectCache,
    pub learnt: RefCell<Learnt>,
    /// The kinds of the reasons against candidates.
    pub reasons: Reasons,
    /// The candidates of the names that were asked for: a candidate that is made
    /// twice would be two.
    made: RefCell<HashMap<NameId, Option<Candidates>>>,
    failure: RefCell<Option<SolveError>>,
    stopped: Cell<bool>,
}

/// Facts that a solve learnt for other readings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learnt {
    /// Projects of which a pre-release is asked for.
    pub prereleases: Vec<PackageName>,
    /// Yanked releases that are asked for by `==`.
    pub yanked: Vec<(PackageName, pep440_rs::Version)>,
    /// Whether there are distributions whose dependencies are known only after a build.
    pub needs_build: bool,
}

impl<'a> Provider<'a> {
    pub(crate) fn new(problem: &'a Problem<'a>, reading: Reading) -> Result<Self, SolveError> {
        let world = &problem.world;
        let pool = Pool::default();
        let reasons = Reasons::default();
        let conda = CondaHalf::new(&pool, &reasons, problem, &reading)?;
        let python_records = || {
            let ids = conda.candidates_of(&pool, "python");
            ids.into_iter().map(|(_, id)| conda.record(world, id))
        };
        let pythons = Pythons::new(python_records(), world.subdir);
        let pips = Pips::of(problem, &reading, &conda, &pool);
        let allowed = allowed_pythons(problem, &reading, &pythons, &conda, &pool);
        let target = pips.target(world.target);
        let providers = if reading.pip_half {
            conda.providers(world)
        } else {
            HashMap::new()
        };
        Ok(Self {
            pool,
            world,
            declared: problem.declared,
            reading,
            conda,
            match_specs: RefCell::default(),
            order: CondaOrder::default(),
            pythons,
            allowed,
            pips,
            target,
            providers,
            projects: ProjectCache::default(),
            learnt: RefCell::default(),
            reasons,
            made: RefCell::default(),
            failure: RefCell::default(),
            stopped: Cell::new(false),
        })
    }

    pub(crate) fn record(&self, id: RecordId) -> &'a RepoDataRecord {
        &self.world.subdirs[id.subdir as usize].records[id.index as usize]
    }

    pub(crate) fn candidate(&self, id: SolvableId) -> &Candidate {
        &self.pool.resolve_solvable(id).record
    }

    /// The conda record that a solvable is.
    pub(crate) fn record_of(&self, id: SolvableId) -> Option<&'a RepoDataRecord> {
        match self.candidate(id) {
            Candidate::Record(record) => Some(self.record(*record)),
            _ => None,
        }
    }

    /// Whether a record provides a PyPI project.
    pub(crate) fn brings(&self, record: &RepoDataRecord, project: &PackageName) -> bool {
        (self.world.pypi_names)(record).contains(project)
    }

    /// Ends the solve: an index could not be queried.
    pub(crate) fn fail(&self, error: IndexError) {
        self.failure.borrow_mut().get_or_insert(error.into());
    }

    /// Whether a candidate is in a version set of its name.
    pub(crate) fn meets(&self, id: SolvableId, set: VersionSetId) -> bool {
        self.matches(id, self.pool.resolve_version_set(set))
    }

    /// Why an index could not be queried, if one was asked in vain.
    pub(crate) fn failed(&self) -> Result<(), SolveError> {
        match self.failure.borrow().as_ref() {
            Some(failure) => Err(failure.clone()),
            None => Ok(()),
        }
    }

    /// Whether a version set has a candidate.
    pub(crate) fn matches(&self, id: SolvableId, set: &VersionSet) -> bool {
        match (set, self.candidate(id)) {
            (VersionSet::Any, _) => true,
            (VersionSet::Exactly(exact), _) => *exact == id,
            (VersionSet::OneOf(some), _) => some.contains(&id),
            (VersionSet::Match(spec), Candidate::Record(record)) => {
                spec.matches(self.record(*record))
            }
            (VersionSet::Match(spec), Candidate::Virtual(index)) => {
                spec.matches_virtual(&self.world.virtual_packages[*index])
            }
            (VersionSet::Python(set), Candidate::Record(record)) => self
                .pythons
                .index_of(self.record(*record))
                .is_some_and(|index| set.contains(index)),
            (VersionSet::Pip(ability), Candidate::Record(record)) => {
                pips::version(self.record(*record)).is_some_and(|pip| ability.is_in(&pip))
            }
            (VersionSet::Brings(project, version), Candidate::Record(record)) => {
                let record = self.record(*record);
                record.package_record.version.as_str() == *version && self.brings(record, project)
            }
            (VersionSet::BringsNot(project), Candidate::Record(record)) => {
                !self.brings(self.record(*record), project)
            }
            (VersionSet::DependsOn(names), Candidate::Record(record)) => {
                depends_on(self.record(*record)).any(|name| names.contains(&*name))
            }
            (VersionSet::Specifiers(specifiers), candidate) => {
                self.project_matches(candidate, specifiers)
            }
            _ => false,
        }
    }
}

/// The pythons among the candidates that no declared line excludes.
fn allowed_pythons(
    problem: &Problem<'_>,
    reading: &Reading,
    pythons: &Pythons,
    conda: &CondaHalf,
    pool: &Pool,
) -> PythonSet {
    let specs = declared_specs(problem, "python");
    let excluded = conda.excluded(pool, "python");
    let mut allowed = std::collections::HashSet::new();
    for (solvable, id) in conda.candidates_of(pool, "python") {
        let record = conda.record(&problem.world, id);
        let declared = reading.open_python || specs.iter().all(|spec| spec.matches(record));
        if !excluded.contains(&solvable) && declared {
            allowed.extend(pythons.index_of(record));
        }
    }
    pythons.filter(|index, python| {
        allowed.contains(&index)
            && python.cpython
            && reading
                .pythons
                .as_ref()
                .is_none_or(|pythons| pythons.contains(&python.version))
    })
}

impl Interner for Provider<'_> {
    type NameId = NameId;
    type SolvableId = SolvableId;

    fn display_solvable(&self, solvable: SolvableId) -> impl Display + '_ {
        match self.candidate(solvable) {
            Candidate::Record(id) => self.record(*id).package_record.to_string(),
            Candidate::ProjectExtra { base, extra } => {
                format!("{}[{extra}]", self.candidate(*base))
            }
            other => other.to_string(),
        }
    }

    fn display_name(&self, name: NameId) -> impl Display + '_ {
        self.pool.resolve_package_name(name)
    }

    fn display_version_set(&self, version_set: VersionSetId) -> impl Display + '_ {
        match self.pool.resolve_version_set(version_set) {
            VersionSet::Python(set) => self.pythons.display(set),
            other => other.to_string(),
        }
    }

    fn display_string(&self, string_id: StringId) -> impl Display + '_ {
        self.pool.resolve_string(string_id)
    }

    fn version_set_name(&self, version_set: VersionSetId) -> NameId {
        self.pool.resolve_version_set_package_name(version_set)
    }

    fn solvable_name(&self, solvable: SolvableId) -> NameId {
        self.pool.resolve_solvable(solvable).name
    }

    fn version_sets_in_union(
        &self,
        union: VersionSetUnionId,
    ) -> impl Iterator<Item = VersionSetId> {
        self.pool.resolve_version_set_union(union)
    }

    fn resolve_condition(&self, condition: ConditionId) -> Condition {
        self.pool.resolve_condition(condition).clone()
    }
}

impl DependencyProvider for Provider<'_> {
    async fn filter_candidates(
        &self,
        candidates: &[SolvableId],
        version_set: VersionSetId,
        inverse: bool,
    ) -> Vec<SolvableId> {
        let set = self.pool.resolve_version_set(version_set);
        if let (VersionSet::Specifiers(specifiers), false) = (set, inverse) {
            let name = self.pool.resolve_version_set_package_name(version_set);
            if let Name::Project(project) = self.pool.resolve_package_name(name) {
                self.learn_from_specifiers(project, specifiers);
            }
        }
        candidates
            .iter()
            .copied()
            .filter(|&id| self.matches(id, set) != inverse)
            .collect()
    }

    async fn get_candidates(&self, name: NameId) -> Option<Candidates> {
        if let Some(conda) = self.conda.candidates.get(&name) {
            return Some(conda.clone());
        }
        if let Some(known) = self.made.borrow().get(&name) {
            return known.clone();
        }
        let made = match self.pool.resolve_package_name(name) {
            Name::Conda(_) => None,
            Name::CondaExtra { package, extra } => Some(self.conda_extra(name, package, extra)),
            Name::Project(project) => self.project_candidates(name, project),
            Name::ProjectExtra(project, extra) => {
                self.project_extra_candidates(name, project, extra)
            }
            Name::Contents(of) => Some(self.contents_candidates(name, *of)),
        };
        self.made.borrow_mut().insert(name, made.clone());
        made
    }

    async fn sort_candidates(&self, solver: &SolverCache<Self>, solvables: &mut [SolvableId]) {
        let Some(&first) = solvables.first() else {
            return;
        };
        match self.candidate(first) {
            Candidate::Record(_) | Candidate::Virtual(_) | Candidate::CondaExtra { .. } => {
                self.order.sort(solver, solvables);
            }
            // The candidates of a project and its extras are made in order.
            _ => solvables.sort_unstable(),
        }
    }

    async fn get_dependencies(&self, solvable: SolvableId) -> Dependencies {
        match self.candidate(solvable) {
            Candidate::Record(id) => self.record_dependencies(solvable, *id),
            Candidate::Virtual(_) | Candidate::CondaExtra { .. } => {
                Dependencies::Known(resolvo::KnownDependencies::default())
            }
            Candidate::Release(release) => self.release_dependencies(solvable, release),
            Candidate::Provided(provided) => self.provided_dependencies(solvable, provided),
            Candidate::ProjectExtra { base, .. } => self.extra_dependencies(solvable, *base),
            Candidate::Contents(of) => self.contents_dependencies(*of),
        }
    }

    fn should_cancel_with_value(&self) -> Option<Box<dyn Any>> {
        if let Some(failure) = self.failure.borrow().as_ref() {
            return Some(Box::new(Stop::Error(Box::new(failure.clone()))));
        }
        let passed = self.stopped.get()
            || self
                .world
                .deadline
                .is_some_and(|deadline| Instant::now() > deadline);
        if passed {
            self.stopped.set(true);
            return Some(Box::new(Stop::Deadline));
        }
        None
    }
}

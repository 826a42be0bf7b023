//! The vocabulary of the clauses: the problem, its rules, and the ids of names, candidates and
//! version sets.

use std::cell::RefCell;

use ahash::AHashMap as HashMap;

use pep508_rs::PackageName;
use rattler_conda_types::RepoDataRecord;
use resolvo::{ConditionalRequirement, NameId, SolvableId, StringId, VersionSetId};

use super::{
    pool::{Candidate, Name, Pool, VersionSet},
    rules::Rules,
};
use crate::model::{
    DeclaredKind, Problem, World,
    python_set::PythonSet,
    reason::{Reason, ReasonKind},
    record::RecordId,
    record_spec::RecordSpec,
};
use presolve_packages::pypi::pip_abilities::PipAbility;

/// The vocabulary that both halves share.
pub(crate) struct Terms<'a> {
    pub(super) problem: &'a Problem<'a>,
    pub(super) world: &'a World<'a>,
    pub(crate) rules: Rules,
    pub(super) pool: Pool,
    /// The reasons whose keys are in the pool.
    reasons: RefCell<HashMap<StringId, Reason>>,
}

impl<'a> Terms<'a> {
    pub(super) fn new(problem: &'a Problem<'a>, rules: Rules) -> Self {
        Self {
            problem,
            world: &problem.world,
            rules,
            pool: Pool::default(),
            reasons: RefCell::default(),
        }
    }

    /// Returns the id of a conda package's name, created if necessary.
    pub(crate) fn conda(&self, name: &str) -> NameId {
        self.intern(Name::Conda(name.to_string()))
    }

    /// Returns the id of a PyPI project's name, created if necessary.
    pub(crate) fn project(&self, name: &PackageName) -> NameId {
        self.intern(Name::Project(name.clone()))
    }

    /// Returns the id of a name, created if necessary.
    pub(crate) fn intern(&self, name: Name) -> NameId {
        self.pool.intern_package_name(name)
    }

    /// Returns the id of a name, or `None` if no clause or candidate uses it yet.
    pub(crate) fn known(&self, name: &Name) -> Option<NameId> {
        self.pool.lookup_package_name(name)
    }

    /// Returns the id of a version set of a name.
    pub(crate) fn some_of(&self, name: NameId, set: VersionSet) -> VersionSetId {
        self.pool.intern_version_set(name, set)
    }

    /// Returns the version set of all candidates of a name.
    pub(super) fn any_of(&self, name: Name) -> VersionSetId {
        let name = self.intern(name);
        self.some_of(name, VersionSet::Any)
    }

    /// Returns the version set of a single candidate.
    pub(crate) fn exactly(&self, id: SolvableId) -> VersionSetId {
        self.some_of(self.name_of(id), VersionSet::Exactly(id))
    }

    pub(crate) fn name(&self, id: NameId) -> &Name {
        self.pool.resolve_package_name(id)
    }

    pub(crate) fn name_of(&self, id: SolvableId) -> NameId {
        self.pool.resolve_solvable(id).name
    }

    pub(crate) fn set(&self, id: VersionSetId) -> &VersionSet {
        self.pool.resolve_version_set(id)
    }

    pub(crate) fn candidate(&self, id: SolvableId) -> &Candidate {
        &self.pool.resolve_solvable(id).record
    }

    pub(crate) fn record(&self, id: RecordId) -> &'a RepoDataRecord {
        &self.world.subdirs[id.subdir as usize].records[id.index as usize]
    }

    /// The conda record that a candidate is.
    pub(crate) fn record_of(&self, id: SolvableId) -> Option<&'a RepoDataRecord> {
        match self.candidate(id) {
            Candidate::Record(record) => Some(self.record(*record)),
            _ => None,
        }
    }

    /// Whether a record provides a PyPI project.
    pub(crate) fn provides(&self, record: &RepoDataRecord, project: &PackageName) -> bool {
        (self.world.pypi_names)(record).contains(project)
    }

    /// The unconditional match specs of the declared conda lines on a package.
    pub(super) fn declared_specs(&self, package: &str) -> Vec<RecordSpec> {
        self.problem
            .declared
            .iter()
            .filter(|line| line.names(package))
            .filter_map(|line| match &line.kind {
                DeclaredKind::Conda(spec) => Some(spec),
                _ => None,
            })
            .filter(|spec| spec.condition.is_none())
            // A spec that cannot be encoded is reported where its line is required.
            .filter_map(|spec| RecordSpec::new((**spec).clone().into()).ok())
            .collect()
    }

    /// Adds a reason to the pool. Of two with the same key, the one whose kind says more
    /// is kept.
    pub(super) fn intern_reason(&self, reason: Reason) -> StringId {
        let id = self.pool.intern_string(reason.key());
        let mut reasons = self.reasons.borrow_mut();
        if reason.kind() != ReasonKind::Broken || !reasons.contains_key(&id) {
            reasons.insert(id, reason);
        }
        id
    }

    /// The reason that the solver gives by the id of its key.
    pub(crate) fn reason(&self, id: StringId) -> Reason {
        let reasons = self.reasons.borrow();
        reasons.get(&id).expect("a reason is interned").clone()
    }

    /// Returns the version set of the records of these pythons.
    pub(super) fn python_in(&self, pythons: &PythonSet) -> VersionSetId {
        let python = self.conda("python");
        self.some_of(python, VersionSet::Python(pythons.clone()))
    }

    /// Encodes "`set`, if python is one of `active`" for a candidate that supports `pythons`,
    /// as the union { the other pythons | `set` }.
    pub(super) fn on_pythons(
        &self,
        set: VersionSetId,
        active: &PythonSet,
        pythons: &PythonSet,
    ) -> ConditionalRequirement {
        let otherwise = pythons.difference(active);
        if otherwise.is_empty() {
            return set.into();
        }
        self.one_of(self.python_in(&otherwise), std::iter::once(set))
    }

    /// Requires a candidate of one of these version sets.
    pub(crate) fn one_of(
        &self,
        first: VersionSetId,
        others: impl Iterator<Item = VersionSetId>,
    ) -> ConditionalRequirement {
        self.pool.intern_version_set_union(first, others).into()
    }

    /// Requires a pip with an ability, or one of the pythons on which every pip works.
    pub(super) fn pip_with(
        &self,
        ability: PipAbility,
        without: &PythonSet,
    ) -> ConditionalRequirement {
        let able = self.some_of(self.conda("pip"), VersionSet::Pip(ability));
        if without.is_empty() {
            return able.into();
        }
        self.one_of(able, std::iter::once(self.python_in(without)))
    }
}

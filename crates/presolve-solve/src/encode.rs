//! The joint problem as clauses.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use resolvo::{
    Candidates, ConditionalRequirement, Dependencies, KnownDependencies, NameId, SolvableId,
    VersionSetId,
};

use crate::model::{Declared, DeclaredKind, Problem, World, error::SolveError};
use conda::CondaHalf;
use pool::{Candidate, Name, VersionSet};
use pypi::{Lessons, PypiHalf};
use pythons::Pythons;
use rules::Rules;
use terms::Terms;

mod conda;
mod pips;
pub(crate) mod pool;
mod provider;
pub(crate) mod pypi;
mod pythons;
mod record_spec;
pub(crate) mod rules;
pub(crate) mod terms;

pub use record_spec::RecordSpec;

/// The encoding of a problem: it hands the solver candidates and what they require, as the
/// solver gets to them.
pub(crate) struct Encoder<'a> {
    terms: Rc<Terms<'a>>,
    conda: CondaHalf<'a>,
    pypi: PypiHalf<'a>,
    pythons: Rc<Pythons>,
    /// The candidates of the names that the solver got to: a candidate that is made twice
    /// would be two.
    made: RefCell<HashMap<NameId, Option<Candidates>>>,
    is_late: Cell<bool>,
}

impl<'a> Encoder<'a> {
    /// Encodes the records of the channels; all else follows on demand.
    ///
    /// # Errors
    /// [`SolveError::DuplicateRecord`].
    pub(crate) fn new(problem: &'a Problem<'a>, rules: Rules) -> Result<Self, SolveError> {
        let terms = Rc::new(Terms::new(problem, rules));
        let conda = CondaHalf::new(terms.clone())?;
        let pythons = Rc::new(Pythons::new(&terms, &conda));
        Ok(Self {
            pypi: PypiHalf::new(terms.clone(), pythons.clone(), &conda),
            conda,
            pythons,
            terms,
            made: RefCell::default(),
            is_late: Cell::new(false),
        })
    }

    pub(crate) fn terms(&self) -> &Terms<'a> {
        &self.terms
    }

    pub(crate) fn world(&self) -> &'a World<'a> {
        self.terms.world
    }

    pub(crate) fn declared(&self) -> &'a [Declared] {
        self.terms.problem.declared
    }

    pub(crate) fn conda(&self) -> &CondaHalf<'a> {
        &self.conda
    }

    pub(crate) fn pypi(&self) -> &PypiHalf<'a> {
        &self.pypi
    }

    pub(crate) fn pythons(&self) -> &Pythons {
        &self.pythons
    }

    /// What other rules would be better for, as far as the solver came.
    pub(crate) fn lessons(&self) -> Lessons {
        self.pypi.lessons()
    }

    /// # Errors
    /// Why an index could not be queried, if one could not.
    pub(crate) fn check_indexes(&self) -> Result<(), SolveError> {
        self.pypi.failure().map_or(Ok(()), Err)
    }

    /// What a declared line requires.
    ///
    /// # Errors
    /// [`SolveError::MatchSpec`] and [`SolveError::Requirement`].
    pub(crate) fn line(&self, line: &Declared) -> Result<Vec<ConditionalRequirement>, SolveError> {
        match &line.kind {
            DeclaredKind::Conda(spec) => self.conda.line(line, spec),
            _ => self.pypi.line(line),
        }
    }

    /// The virtual packages of the target, which are always installed.
    pub(crate) fn virtual_packages(&self) -> Vec<ConditionalRequirement> {
        self.terms
            .world
            .virtual_packages
            .iter()
            .map(|package| {
                let name = self.terms.conda(package.name.as_normalized());
                let any = VersionSet::Match(Box::default());
                self.terms.some_of(name, any).into()
            })
            .collect()
    }

    /// The candidates of a name; none if no channel or index has it.
    pub(crate) fn candidates(&self, name: NameId) -> Option<Candidates> {
        if let Some(conda) = self.conda.candidates(name) {
            return Some(conda.clone());
        }
        if let Some(known) = self.made.borrow().get(&name) {
            return known.clone();
        }
        let made = match self.terms.name(name) {
            Name::Conda(_) => None,
            Name::CondaExtra { package, extra } => {
                Some(self.conda.extra_candidates(name, package, extra))
            }
            Name::Project(project) => self.pypi.project_candidates(name, project),
            Name::ProjectExtra(project, extra) => self.pypi.extra_candidates(name, project, extra),
            Name::Contents(of) => Some(self.pypi.contents_candidates(name, *of)),
        };
        self.made.borrow_mut().insert(name, made.clone());
        made
    }

    /// Those of some candidates of a name that are in a version set of it, or are not.
    pub(crate) fn filter(
        &self,
        candidates: &[SolvableId],
        version_set: VersionSetId,
        inverse: bool,
    ) -> Vec<SolvableId> {
        let set = self.terms.set(version_set);
        if let (VersionSet::Specifiers(specifiers), false) = (set, inverse) {
            let name = self
                .terms
                .pool
                .resolve_version_set_package_name(version_set);
            if let Name::Project(project) = self.terms.name(name) {
                self.pypi.learn_from_specifiers(project, specifiers);
            }
        }
        candidates
            .iter()
            .copied()
            .filter(|&id| self.is_in(id, set) != inverse)
            .collect()
    }

    /// Whether a candidate is in a version set of its name.
    pub(crate) fn is_in(&self, id: SolvableId, set: &VersionSet) -> bool {
        match (set, self.terms.candidate(id)) {
            (VersionSet::Any, _) => true,
            (VersionSet::Exactly(exact), _) => *exact == id,
            (VersionSet::OneOf(some), _) => some.contains(&id),
            (VersionSet::Match(spec), Candidate::Virtual(index)) => {
                spec.matches_virtual(&self.terms.world.virtual_packages[*index])
            }
            (VersionSet::Python(set), Candidate::Record(record)) => self
                .pythons
                .index_of(self.terms.record(*record))
                .is_some_and(|index| set.contains(index)),
            (VersionSet::Pip(ability), Candidate::Record(record)) => {
                pips::has(self.terms.record(*record), *ability)
            }
            (_, Candidate::Record(record)) => self.conda.is_in(self.terms.record(*record), set),
            (VersionSet::Specifiers(specifiers), candidate) => {
                self.pypi.satisfies(candidate, specifiers)
            }
            _ => false,
        }
    }

    /// What a candidate requires and constrains.
    pub(crate) fn dependencies(&self, id: SolvableId) -> Dependencies {
        match self.terms.candidate(id) {
            Candidate::Record(record) => self.conda.dependencies(id, *record),
            Candidate::Virtual(_) | Candidate::CondaExtra { .. } => {
                Dependencies::Known(KnownDependencies::default())
            }
            Candidate::Release(release) => self.pypi.release_dependencies(id, release),
            Candidate::Provided(provided) => self.pypi.provided_dependencies(id, provided),
            Candidate::ProjectExtra { base, .. } => self.pypi.extra_dependencies(id, *base),
            Candidate::Contents(of) => self.pypi.contents_dependencies(*of),
        }
    }
}

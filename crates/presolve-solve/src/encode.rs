//! The joint problem as clauses: conda and pip as one SAT problem.
//!
//! In SAT terms there is one variable for each candidate, and it is true if the candidate is
//! installed. This module gives resolvo the candidates, what each of them requires and
//! constrains, and the order in which to try them. resolvo writes the clauses:
//!
//! - At most one candidate of a name is installed: `¬a1 ∨ ¬a2` for each pair.
//! - `A requires S`, a version set of the name B, is `¬a ∨ b1 ∨ … ∨ bn`, where `b1` to `bn`
//!   are the candidates of B that are in S.
//! - `A requires S or T`, a union, is one clause with the candidates of both.
//! - `A constrains B to S` is `¬a ∨ ¬b` for each candidate `b` of B that is not in S.
//! - A line of the file is a requirement without an A.
//!
//! ## Names and candidates
//!
//! | name | candidates |
//! |---|---|
//! | `numpy` | the records of the conda package |
//! | `__glibc` | the virtual package of the target |
//! | `dask[gpu]`, an extra of a record (CEP 44) | one |
//! | `pypi:numpy` | the releases of the project, and each version of each conda package that provides it |
//! | `pypi:dask[gpu]` | one for each candidate of `pypi:dask` |
//! | the contents of a release, or of an extra of one | one |
//! | further contents, a hint for the solver ([`look_ahead`]) | none |
//!
//! The encoding of the conda half is that of rattler's solver, so that a file without a pip
//! list gets the same records. A match spec becomes a version set of its name. A condition
//! (CEP 43) becomes a condition of resolvo, see `conditions.rs` there.
//!
//! ## One project, two sources
//!
//! pip keeps a package that conda has installed if its version satisfies the requirement. The
//! name `pypi:numpy` represents this capability: a release has it, and so does a conda package
//! that provides the project. The candidate of a conda package requires the records of that
//! version. A release constrains every conda package that provides its project to the records
//! that do not. So the project comes from conda or from PyPI, but never from both, unless
//! [`Rules::overwrite`] drops the constraint: pip would then overwrite conda's files.
//!
//! An extra is a name of its own, because its requirements hold only where something
//! requires the extra. Each of its candidates requires exactly one candidate of the
//! project, so that the versions of the two agree.
//!
//! The requirements in the metadata of a release also have a name of their own, its contents.
//! The solver reaches the contents only after it has chosen the release. So presolve fetches
//! the metadata of a few releases only, although it knows the pythons of all of them from the
//! index.
//!
//! ## Pythons
//!
//! The pip half never compares versions of Python. It counts the `python` records of the
//! channels, and turns `Requires-Python`, the tags of the wheels and each marker into a set of
//! them ([`pythons`]). A release requires a python for which it has an installable file.
//!
//! A marker makes a requirement conditional: `r requires D if python is in P`. As in
//! `conditions.rs`, this is `¬r ∨ ¬P ∨ d1 ∨ … ∨ dn`, but `¬P` is not a clause where P has
//! several pythons. However, a release requires a python, and at most one is installed. So "no
//! python of P" is "a python outside of P", and the requirement becomes the union of the
//! pythons outside of P and D:
//!
//!   `¬r ∨ q1 ∨ … ∨ qm ∨ d1 ∨ … ∨ dn`
//!
//! This needs no auxiliary variable. If the complement is empty, D is required without a
//! condition. Other parts of a marker, such as `sys_platform`, are known beforehand.
//!
//! ## Pips
//!
//! The wheels that pip accepts and the pythons on which it runs depend on its version. Each
//! such difference is an ability ([`pips`]). A wheel that no allowed pip accepts does not
//! count as a file. If all of them accept it, nothing is required. If only some do, the
//! release requires a `pip` record with the ability, or a python on which another file fits.
//!
//! ## Packages for no reason
//!
//! conda runs before pip, so it does not install a package that only the pip list needs. The
//! clauses would allow it: `¬c ∨ n` may install a record that no conda line leads to. The
//! search rejects such a solution and encodes the problem again, with these packages as an
//! [`UnfoundedSet`](rules::UnfoundedSet). Each of them then requires a record that depends on
//! one of them, of a package that the lines reach without them. If that record has no reason
//! either, they are excluded, and allowed again only if there is no solution without them.
//!
//! ## The order of decisions
//!
//! resolvo takes the first candidate of a name that no clause forbids, and backtracks only as
//! far as a conflict requires. The order of the candidates is therefore the objective:
//!
//! - of records, the order of conda ([`conda`]): fewer tracked features, the earlier channel,
//!   the higher version and build number, the better dependencies, the later build;
//! - of releases, the newest first; conda's candidates come before them for a project that
//!   the conda half provides anyway ([`Rules::conda_first`]), and after them otherwise;
//! - before all others, the choice of an earlier `pin`.
//!
//! The order in which ids are created matters too, because resolvo breaks ties by it. It must
//! not depend on a hash map.
//!
//! ## Example
//!
//! ```text
//! dependencies:          channel: python 3.8, 3.10 and 3.11
//!   - python >=3.9                numpy 1.26 and 2.0, each depends on python >=3.9
//!   - numpy              index:   scipy 1.14 for cp310 and cp311, requires numpy>=1.23
//!   - pip:                        tomli 2.0 for py3
//!     - scipy                     numpy 2.1 for cp310 and cp311
//!     - tomli; python_version < "3.11"
//! ```
//!
//! Line 1 leaves the pythons 3.10 and 3.11 to the pip half. Let `p310` be the record
//! `python 3.10`, `n20` the record `numpy 2.0`, `r21` the release `numpy 2.1`, and `c20` conda's
//! numpy 2.0 as a candidate of `pypi:numpy`. The lines are
//!
//!   `p310 ∨ p311` (1),
//!   `n126 ∨ n20` (2),
//!   `s114` (3) and
//!   `p311 ∨ t20` (4), tomli or a python for which the marker does not hold.
//!
//! The records of numpy and the releases require a python:
//!
//!   `¬n126 ∨ p310 ∨ p311`, and the same for `n20`, `s114`, `t20` and `r21`.
//!
//! scipy requires its contents, and these a numpy of either source:
//!
//!   `¬s114 ∨ contents` and
//!   `¬contents ∨ c20 ∨ c126 ∨ r21`.
//!
//! Conda's candidates require their records, and the release rules them out:
//!
//!   `¬c20 ∨ n20`, `¬c126 ∨ n126`,
//!   `¬r21 ∨ ¬n20` and `¬r21 ∨ ¬n126`.
//!
//! Finally, at most one candidate of each name, such as `¬p310 ∨ ¬p311` and `¬c20 ∨ ¬r21`.
//!
//! The solver takes `p311`, which satisfies (1) and (4), and `n20` for (2). The conda half
//! provides numpy anyway, so `c20` comes first for the contents of scipy, and nothing forbids
//! it. The solution is python 3.11, numpy 2.0 from conda and scipy 1.14 from PyPI, without
//! tomli.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use ahash::AHashMap as HashMap;
use resolvo::{
    Candidates, ConditionalRequirement, Dependencies, KnownDependencies, NameId, SolvableId,
    VersionSetId,
};

use crate::model::{
    Declared, DeclaredKind, Problem, World, error::SolveError, record_spec::RecordSpec,
};
use conda::CondaHalf;
use look_ahead::LookAhead;
use pool::{Candidate, Name, VersionSet};
use pypi::{Lessons, PypiHalf};
use pythons::Pythons;
use rules::Rules;
use terms::Terms;

mod conda;
mod cut_off;
mod look_ahead;
mod pips;
pub(crate) mod pool;
mod provider;
pub(crate) mod pypi;
mod pythons;
pub(crate) mod rules;
pub(crate) mod terms;

/// The encoding of a problem. It creates candidates and their requirements on demand, when the
/// solver asks for them.
pub(crate) struct Encoder<'a> {
    terms: Rc<Terms<'a>>,
    conda: CondaHalf<'a>,
    pypi: PypiHalf<'a>,
    pythons: Rc<Pythons>,
    /// The candidates of the names that the solver has reached. Without this cache, a second
    /// request would create a duplicate of each candidate.
    made: RefCell<HashMap<NameId, Option<Candidates>>>,
    look_ahead: LookAhead,
    read_ahead: LookAhead,
    is_late: Cell<bool>,
    /// The number of times that the solver has propagated decisions.
    steps: Cell<u64>,
    /// The number of releases whose requirements the solver may still read; `None` for all.
    reads_left: Cell<Option<usize>>,
}

impl<'a> Encoder<'a> {
    /// Encodes the records of the channels. Everything else follows on demand.
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
            look_ahead: LookAhead::default(),
            read_ahead: LookAhead::default(),
            is_late: Cell::new(false),
            steps: Cell::new(0),
            reads_left: Cell::new(None),
        })
    }

    /// Stops the solver with [`SolveError::Deadline`] after it has read the requirements of so
    /// many more releases.
    pub(crate) fn limit_reads(&self, reads: Option<usize>) {
        self.reads_left.set(reads);
    }

    /// The number of times that the solver has propagated decisions.
    pub(crate) fn steps(&self) -> u64 {
        self.steps.get()
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

    /// Returns the facts found so far for which other rules would be better.
    pub(crate) fn lessons(&self) -> Lessons {
        self.pypi.lessons()
    }

    /// # Errors
    /// The error of the index query that failed, if one did.
    pub(crate) fn check_indexes(&self) -> Result<(), SolveError> {
        self.pypi.failure().map_or(Ok(()), Err)
    }

    /// Returns the requirements of a declared line.
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
                let any = self.terms.world.facts.numbered(RecordSpec::default());
                let any = VersionSet::Match(any);
                self.terms.some_of(name, any).into()
            })
            .collect()
    }

    /// Returns the candidates of a name, or `None` if no channel or index has it.
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
            Name::Ahead(of) => Some(self.ahead_candidates(*of)),
        };
        self.made.borrow_mut().insert(name, made.clone());
        made
    }

    /// Returns the candidates of a name for the solver. Those of the pip half that are excluded
    /// are left out: as candidates, each of them would be a clause that the solver checks before
    /// every decision, and an index lists thousands.
    pub(crate) fn open_candidates(&self, name: NameId) -> Option<Candidates> {
        let mut open = self.candidates(name)?;
        match self.terms.name(name) {
            Name::Project(project) | Name::ProjectExtra(project, _) => {
                self.pypi.leave_out_excluded(project, &mut open);
            }
            Name::Conda(_) if self.terms.rules.closed => self.conda.leave_out_unmet(&mut open),
            _ => {}
        }
        Some(open)
    }

    /// Returns the candidates that are in a version set of their name, or with `inverse` those
    /// that are not.
    pub(crate) fn filter(
        &self,
        candidates: &[SolvableId],
        version_set: VersionSetId,
        inverse: bool,
    ) -> Vec<SolvableId> {
        let set = self.terms.set(version_set);
        if let VersionSet::Match(spec) = set {
            let name = self
                .terms
                .pool
                .resolve_version_set_package_name(version_set);
            return self.conda.filter(name, candidates, spec, inverse);
        }
        let kept = candidates.iter().copied();
        let kept: Vec<_> = kept.filter(|&id| self.is_in(id, set) != inverse).collect();
        if let (VersionSet::Specifiers(specifiers), false) = (set, inverse) {
            let name = self
                .terms
                .pool
                .resolve_version_set_package_name(version_set);
            if let Name::Project(project) = self.terms.name(name) {
                self.pypi.learn_from_specifiers(project, specifiers, &kept);
            }
        }
        kept
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

    /// Returns what a candidate requires and constrains.
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

//! The interface through which resolvo reads the encoding.

use std::{any::Any, fmt::Display, time::Instant};

use resolvo::{
    Candidates, Condition, ConditionId, Dependencies, DependencyProvider, Interner, NameId,
    Requirement, SolvableId, SolverCache, StringId, VersionSetId, VersionSetUnionId,
};

use super::{
    Encoder,
    pool::{Candidate, VersionSet},
};
use crate::model::error::SolveError;

impl Interner for Encoder<'_> {
    type NameId = NameId;
    type SolvableId = SolvableId;

    fn display_solvable(&self, solvable: SolvableId) -> impl Display + '_ {
        match self.terms.candidate(solvable) {
            Candidate::Record(id) => self.terms.record(*id).package_record.to_string(),
            Candidate::ProjectExtra { base, extra } => {
                format!("{}[{extra}]", self.terms.candidate(*base))
            }
            other => other.to_string(),
        }
    }

    fn display_name(&self, name: NameId) -> impl Display + '_ {
        self.terms.name(name)
    }

    fn display_version_set(&self, version_set: VersionSetId) -> impl Display + '_ {
        match self.terms.set(version_set) {
            VersionSet::Python(set) => self.pythons.display(set),
            other => other.to_string(),
        }
    }

    fn display_string(&self, string_id: StringId) -> impl Display + '_ {
        self.terms.pool.resolve_string(string_id)
    }

    fn version_set_name(&self, version_set: VersionSetId) -> NameId {
        self.terms
            .pool
            .resolve_version_set_package_name(version_set)
    }

    fn solvable_name(&self, solvable: SolvableId) -> NameId {
        self.terms.name_of(solvable)
    }

    fn version_sets_in_union(
        &self,
        union: VersionSetUnionId,
    ) -> impl Iterator<Item = VersionSetId> {
        self.terms.pool.resolve_version_set_union(union)
    }

    fn resolve_condition(&self, condition: ConditionId) -> Condition {
        self.terms.pool.resolve_condition(condition).clone()
    }
}

impl Encoder<'_> {
    /// Returns the version sets of a requirement; one of them is enough.
    pub(crate) fn sets_of(&self, requirement: Requirement) -> Vec<VersionSetId> {
        match requirement {
            Requirement::Single(set) => vec![set],
            Requirement::Union(union) => self.version_sets_in_union(union).collect(),
        }
    }

    /// # Errors
    /// Why the solver must stop: [`SolveError::Deadline`], or the index query that failed.
    pub(crate) fn check_stop(&self) -> Result<(), SolveError> {
        self.steps.set(self.steps.get() + 1);
        self.check_indexes()?;
        if self.reads_left.get() == Some(0) {
            return Err(SolveError::DEADLINE);
        }
        let deadline = self.terms.world.deadline;
        if self.is_late.get() || deadline.is_some_and(|deadline| Instant::now() > deadline) {
            self.is_late.set(true);
            return Err(SolveError::DEADLINE);
        }
        Ok(())
    }

    /// Sorts the candidates of a name, best first, without a look at their dependencies.
    pub(crate) fn sort_by_rank(&self, candidates: &mut [SolvableId]) {
        match candidates.first().map(|first| self.terms.candidate(*first)) {
            Some(Candidate::Record(_)) => self.conda.sort_by_rank(candidates),
            _ => candidates.sort_unstable(),
        }
    }
}

impl DependencyProvider for Encoder<'_> {
    async fn filter_candidates(
        &self,
        candidates: &[SolvableId],
        version_set: VersionSetId,
        inverse: bool,
    ) -> Vec<SolvableId> {
        self.filter(candidates, version_set, inverse)
    }

    async fn get_candidates(&self, name: NameId) -> Option<Candidates> {
        self.open_candidates(name)
    }

    async fn sort_candidates(&self, solver: &SolverCache<Self>, solvables: &mut [SolvableId]) {
        let Some(&first) = solvables.first() else {
            return;
        };
        match self.terms.candidate(first) {
            Candidate::Record(_) | Candidate::Virtual(_) | Candidate::CondaExtra { .. } => {
                self.conda.sort(solver, solvables);
            }
            // The candidates of a project and its extras are created in order.
            _ => solvables.sort_unstable(),
        }
    }

    async fn get_dependencies(&self, solvable: SolvableId) -> Dependencies {
        let mut dependencies = self.dependencies(solvable);
        if let (Dependencies::Known(known), Candidate::Contents(of)) =
            (&mut dependencies, self.terms.candidate(solvable))
        {
            known.requirements.extend(self.look_ahead(*of));
            let left = self.reads_left.get().map(|left| left.saturating_sub(1));
            self.reads_left.set(left);
        }
        dependencies
    }

    /// Stops the solver with a [`SolveError`].
    fn should_cancel_with_value(&self) -> Option<Box<dyn Any>> {
        let reason = self.check_stop().err()?;
        Some(Box::new(reason))
    }
}

//! The exclusions by the lines of `-c` files.

use pep508_rs::{PackageName, Requirement, VerbatimUrl, VersionOrUrl};
use resolvo::KnownDependencies;

use super::{PypiHalf, candidates::ProjectCandidates};
use crate::{
    encode::pool::Candidate,
    model::{DeclaredKind, python_set::PythonSet, reason::Reason},
};

impl PypiHalf<'_> {
    /// Excludes the candidates that the constraints forbid on every python.
    pub(super) fn exclude_by_constraints(
        &self,
        built: &mut ProjectCandidates,
        project: &PackageName,
    ) {
        for id in built.candidates.clone() {
            let pythons = self.unconstrained(project, self.terms.candidate(id));
            if let Some((constraint, _)) = pythons.filter(|(_, pythons)| pythons.is_empty()) {
                let constraint = constraint.to_string();
                built.exclude(id, Reason::Constraint { constraint });
            }
        }
    }

    /// Requires a python on which no constraint excludes the candidate.
    pub(super) fn require_unconstrained(
        &self,
        known: &mut KnownDependencies,
        project: &PackageName,
        candidate: &Candidate,
    ) {
        if let Some((_, pythons)) = self.unconstrained(project, candidate) {
            let pythons = self.terms.python_in(&pythons);
            known.requirements.push(pythons.into());
        }
    }

    /// Returns the pythons on which no constraint excludes a candidate, and a constraint that
    /// excludes it on the others; `None` if there is no such constraint.
    fn unconstrained(
        &self,
        project: &PackageName,
        candidate: &Candidate,
    ) -> Option<(&Requirement<VerbatimUrl>, PythonSet)> {
        let mut ruled_out = None;
        let mut pythons = self.pythons.allowed().clone();
        for declared in self.terms.problem.declared {
            if let DeclaredKind::PipConstraint(constraint) = &declared.kind
                && constraint.name == *project
                && let Some(VersionOrUrl::VersionSpecifier(specifiers)) = &constraint.version_or_url
                && !self.satisfies(candidate, specifiers)
            {
                let active = self.pythons.marked(&constraint.marker, None);
                let left = pythons.difference(&active);
                if left != pythons || pythons.is_empty() {
                    ruled_out = Some(&**constraint);
                }
                pythons = left;
            }
        }
        Some((ruled_out?, pythons))
    }
}

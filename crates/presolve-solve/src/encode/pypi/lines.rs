//! The requirements of the lines of the pip list.

use pep508_rs::{MarkerTree, Requirement, VerbatimUrl};
use resolvo::ConditionalRequirement;

use super::PypiHalf;
use crate::{
    encode::pool::Name,
    model::{Declared, DeclaredKind, error::SolveError},
};

impl PypiHalf<'_> {
    /// Returns the requirements of a line of the pip list, none if the pip half is left out.
    ///
    /// # Errors
    /// [`SolveError::Requirement`].
    pub(in crate::encode) fn line(
        &self,
        line: &Declared,
    ) -> Result<Vec<ConditionalRequirement>, SolveError> {
        if !self.terms.rules.pip_half {
            return Ok(Vec::new());
        }
        match &line.kind {
            DeclaredKind::Pip(requirement) => self.requirement_line(requirement),
            DeclaredKind::PipOpaque(Some(project), marker) => {
                let project = Name::Project(project.clone());
                Ok(self.opaque_line(project, marker))
            }
            DeclaredKind::PipOpaque(None, _) => Ok(self.pips_that_run()),
            DeclaredKind::PipConstraint(_) | DeclaredKind::Conda(_) => Ok(Vec::new()),
        }
    }

    fn pips_that_run(&self) -> Vec<ConditionalRequirement> {
        self.pips.that_run(&self.terms, &self.pythons)
    }

    fn requirement_line(
        &self,
        requirement: &Requirement<VerbatimUrl>,
    ) -> Result<Vec<ConditionalRequirement>, SolveError> {
        let allowed = self.pythons.allowed();
        let active = self.pythons.marked(&requirement.marker, None);
        let active = active.intersection(allowed);
        // pip must run even if there is nothing to install.
        if active.is_empty() && !allowed.is_empty() {
            return Ok(self.pips_that_run());
        }
        let sets =
            self.requirement_sets(requirement, None)
                .map_err(|error| SolveError::Requirement {
                    requirement: requirement.to_string(),
                    reason: error.to_string(),
                })?;
        let pypi = self.terms.world.pypi;
        pypi.prefetch(std::slice::from_ref(&requirement.name));
        Ok(sets
            .into_iter()
            .map(|set| self.terms.on_pythons(set, &active, allowed))
            .chain(self.pips_that_run())
            .collect())
    }

    fn opaque_line(&self, project: Name, marker: &MarkerTree) -> Vec<ConditionalRequirement> {
        let allowed = self.pythons.allowed();
        let active = self.pythons.marked(marker, None).intersection(allowed);
        if active.is_empty() {
            return self.pips_that_run();
        }
        let any = self.terms.any_of(project);
        let mut requirements = self.pips_that_run();
        requirements.push(self.terms.on_pythons(any, &active, allowed));
        requirements
    }
}

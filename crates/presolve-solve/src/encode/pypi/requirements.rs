//! Requirements of metadata and of the pip list as version sets.

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, Requirement, VerbatimUrl, VersionOrUrl};
use resolvo::{KnownDependencies, VersionSetId};

use super::PypiHalf;
use crate::{
    encode::pool::{Name, ReleaseCandidate, VersionSet},
    model::{error::RequirementError, python_set::PythonSet, reason::Reason},
};
use presolve_packages::pypi::Metadata;

impl PypiHalf<'_> {
    /// Adds the requirements in metadata, on the pythons on which their markers hold.
    pub(super) fn require_all(
        &self,
        known: &mut KnownDependencies,
        release: &ReleaseCandidate,
        metadata: &Metadata,
        pythons: &PythonSet,
        extra: Option<&ExtraName>,
    ) -> Result<(), Reason> {
        let mut names = Vec::new();
        for requirement in &metadata.requires_dist {
            let active = self
                .pythons
                .marked(&requirement.marker, extra)
                .intersection(pythons);
            let without = self
                .pythons
                .marked(&requirement.marker, None)
                .intersection(pythons);
            let of_base = extra.is_some() && active == without;
            if active.is_empty() || of_base {
                continue;
            }
            names.push(requirement.name.clone());
            let own = (requirement.name == release.project).then_some(&release.version);
            let sets = match self.requirement_sets(requirement, own) {
                Ok(sets) => sets,
                // What cannot be satisfied need not be met on the other pythons.
                Err(error) => {
                    let others = pythons.difference(&active);
                    if others.is_empty() {
                        return Err(Reason::Requirement(error));
                    }
                    known
                        .requirements
                        .push(self.terms.python_in(&others).into());
                    continue;
                }
            };
            for set in sets {
                known
                    .requirements
                    .push(self.terms.on_pythons(set, &active, pythons));
            }
        }
        self.terms.world.pypi.prefetch(&names);
        Ok(())
    }

    /// Returns the version sets of a requirement: its extras, then the project. `own` is the
    /// version of a project that requires itself, as `foo[all]` does.
    pub(super) fn requirement_sets(
        &self,
        requirement: &Requirement<VerbatimUrl>,
        own: Option<&Version>,
    ) -> Result<Vec<VersionSetId>, RequirementError> {
        let project = &requirement.name;
        let set = match &requirement.version_or_url {
            None => VersionSet::Specifiers(VersionSpecifiers::empty()),
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => {
                VersionSet::Specifiers(specifiers.clone())
            }
            Some(VersionOrUrl::Url(_)) if !self.direct_releases(project).is_empty() => {
                VersionSet::Any
            }
            Some(VersionOrUrl::Url(_)) => {
                let project = project.clone();
                return Err(RequirementError::FromUrl { project });
            }
        };
        let mut sets = Vec::with_capacity(requirement.extras.len() + 1);
        for extra in &requirement.extras {
            let name = Name::ProjectExtra(project.clone(), extra.clone());
            let name = self.terms.intern(name);
            let set = own.map_or_else(|| set.clone(), |_| VersionSet::Any);
            sets.push(self.terms.some_of(name, set));
        }
        match (own, &set) {
            // A package must not constrain its own name. The link between its extras and
            // itself has the same effect.
            (Some(version), VersionSet::Specifiers(specifiers)) => {
                if !specifiers.contains(version) {
                    let specifiers = specifiers.to_string();
                    return Err(RequirementError::Itself { specifiers });
                }
            }
            _ => {
                let name = self.terms.project(project);
                sets.push(self.terms.some_of(name, set));
            }
        }
        Ok(sets)
    }
}

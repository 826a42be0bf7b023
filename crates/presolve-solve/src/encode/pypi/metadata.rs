//! The metadata of a release, usually fetched after the solver has chosen the release.

use std::{collections::HashSet, sync::Arc};

use resolvo::{KnownDependencies, SolvableId};

use super::PypiHalf;
use crate::{
    encode::pool::{Candidate, ReleaseCandidate},
    model::{python_set::PythonSet, ratings::Sources, reason::Reason},
};
use presolve_packages::pypi::{Metadata, MetadataAnswer, ReleaseFile, pip_abilities::PipAbility};

impl PypiHalf<'_> {
    /// Returns the release of a candidate. For a conda package this is the release that it was
    /// built from, because pip reads the extras of installed packages.
    pub(super) fn release_of(&self, id: SolvableId) -> Option<Arc<ReleaseCandidate>> {
        match self.terms.candidate(id) {
            Candidate::Release(release) => Some(release.clone()),
            Candidate::Provided(provided) => {
                let version = provided.version.as_ref()?;
                let page = self.project(&provided.project)?;
                let listed = page.releases.get(version)?;
                let (mut release, _) = self.release(&provided.project, version, listed);
                // conda decides on which pythons it runs. Any wheel has the requirements of
                // its extras.
                release.pythons = self.pythons.allowed().clone();
                let is_wheel = |file: &ReleaseFile| file.support().is_wheel();
                let file = release.file.take();
                release.file = file.or_else(|| ReleaseFile::all(listed).find(is_wheel));
                release.file.is_some().then(|| Arc::new(release))
            }
            _ => None,
        }
    }

    /// Returns the pythons of a release that also satisfy its metadata.
    pub(super) fn pythons_of(
        &self,
        release: &ReleaseCandidate,
        metadata: &Metadata,
    ) -> Result<PythonSet, Reason> {
        let Some(required) = &metadata.requires_python else {
            return Ok(release.pythons.clone());
        };
        let pythons = release
            .pythons
            .intersection(&self.pythons.required(required));
        if pythons.is_empty() {
            return Err(Reason::MetadataRequiresPython {
                specifiers: required.to_string(),
                allowed: self.pythons.display(self.pythons.allowed()),
            });
        }
        Ok(pythons)
    }

    /// Requires a pip that does not reject a release because of its metadata.
    pub(super) fn require_pip(
        &self,
        known: &mut KnownDependencies,
        metadata: &Metadata,
    ) -> Result<(), Reason> {
        let ability = PipAbility::LegacySpecifiers;
        if !metadata.is_repaired {
            return Ok(());
        }
        if !self.pips.any(ability) {
            return Err(Reason::LegacyMetadata { ability });
        }
        if self.pips.differ_in(ability) {
            let able = self.terms.pip_with(ability, &self.pythons.none());
            known.requirements.push(able);
        }
        Ok(())
    }

    /// Returns the metadata that represents a release. `None` for an opaque release, and for
    /// one that must be built if such a release counts as having no requirements.
    pub(crate) fn metadata(
        &self,
        release: &ReleaseCandidate,
    ) -> Result<Option<Arc<Metadata>>, Reason> {
        let Some(distribution) = release.distribution() else {
            return Ok(None);
        };
        self.prefetch_older(release);
        match self
            .terms
            .world
            .pypi
            .metadata(&release.project, distribution)
        {
            Ok(MetadataAnswer::Known(metadata)) => Ok(Some(metadata)),
            Ok(MetadataAnswer::Invalid(error)) => Err(Reason::BrokenMetadata { error }),
            Ok(MetadataAnswer::Unbuildable(reason)) => Err(Reason::Unbuildable { reason }),
            Ok(MetadataAnswer::NeedsBuild(reason)) => {
                self.lessons.borrow_mut().needs_build = true;
                match self.terms.rules.sources {
                    Sources::Unknown => Ok(None),
                    _ => Err(Reason::NeedsBuild { reason }),
                }
            }
            Err(failure) => {
                self.fail(failure);
                Err(Reason::IndexUnavailable)
            }
        }
    }

    /// Returns those of these candidates that are wheels of an index with readable metadata. It
    /// is fetched together. A failure counts only if the solver chooses the release.
    pub(in crate::encode) fn readable(
        &self,
        candidates: impl Iterator<Item = SolvableId>,
    ) -> HashSet<SolvableId> {
        let releases: Vec<_> = candidates
            .filter_map(|id| match self.terms.candidate(id) {
                Candidate::Release(release) => Some((id, release.distribution()?, release)),
                _ => None,
            })
            .filter(|(_, distribution, _)| distribution.support.is_wheel())
            .collect();
        let Some((_, _, first)) = releases.first() else {
            return HashSet::new();
        };
        let pypi = self.terms.world.pypi;
        let files: Vec<_> = (releases.iter())
            .map(|(_, distribution, _)| (*distribution).clone())
            .collect();
        pypi.prefetch_metadata(&first.project, &files);
        let mut all = self.tried.borrow_mut();
        let tried = all.entry(first.project.clone()).or_default();
        tried.extend(
            releases
                .iter()
                .map(|(_, _, release)| release.version.clone()),
        );
        let is_known = |distribution| {
            let answer = pypi.metadata(&first.project, distribution);
            matches!(answer, Ok(MetadataAnswer::Known(_)))
        };
        releases
            .into_iter()
            .filter(|(_, distribution, _)| is_known(distribution))
            .map(|(id, _, _)| id)
            .collect()
    }

    /// Fetches the metadata of the next releases together, once the solver has rejected one
    /// release after another of the project.
    fn prefetch_older(&self, release: &ReleaseCandidate) {
        const PATIENCE: usize = 2;
        const AT_ONCE: usize = 8;
        let mut all = self.tried.borrow_mut();
        let tried = all.entry(release.project.clone()).or_default();
        let is_new = tried.insert(release.version.clone());
        if is_new && tried.len() % AT_ONCE == PATIENCE {
            let files: Vec<_> = self
                .releases_after(release)
                .iter()
                .filter_map(|release| release.distribution().cloned())
                .take(AT_ONCE)
                .collect();
            let pypi = self.terms.world.pypi;
            pypi.prefetch_metadata(&release.project, &files);
        }
    }
}

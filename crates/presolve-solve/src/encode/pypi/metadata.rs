//! The metadata of a release: fetched when the solver has chosen the release, as a rule.

use std::sync::Arc;

use resolvo::{KnownDependencies, SolvableId};

use super::PypiHalf;
use crate::{
    encode::{
        pool::{Candidate, ReleaseCandidate},
        python_set::PythonSet,
        rules::Sources,
    },
    model::reason::Reason,
};
use presolve_packages::pypi::{
    Distribution, DistributionKind, Metadata, MetadataAnswer, pip_abilities::PipAbility,
};

impl PypiHalf<'_> {
    /// The release that a candidate of a project is, or that a conda package was
    /// built from: pip reads the extras of what is installed.
    pub(super) fn release_of(&self, id: SolvableId) -> Option<Arc<ReleaseCandidate>> {
        match self.terms.candidate(id) {
            Candidate::Release(release) => Some(release.clone()),
            Candidate::Provided(provided) => {
                let version = provided.version.as_ref()?;
                let page = self.project(&provided.project)?;
                let files = &page.releases.get(version)?.files;
                let (mut release, _) = self.release(&provided.project, version, files);
                // On which pythons it runs is conda's affair; what its extras
                // require, any wheel tells.
                release.pythons = self.pythons.allowed().clone();
                let wheel =
                    |file: &&Arc<Distribution>| matches!(file.kind, DistributionKind::Wheel(_));
                let distribution = release.distribution.take();
                release.distribution = distribution.or_else(|| files.iter().find(wheel).cloned());
                release.distribution.is_some().then(|| Arc::new(release))
            }
            _ => None,
        }
    }

    /// The pythons of a release, held against what its metadata requires too.
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

    /// Requires a pip that does not leave a release out for its metadata.
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

    /// The metadata that speaks for a release; `None` for an opaque one, and for
    /// one that has to be built where that counts as "requires nothing".
    pub(crate) fn metadata(
        &self,
        release: &ReleaseCandidate,
    ) -> Result<Option<Arc<Metadata>>, Reason> {
        let Some(distribution) = &release.distribution else {
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

    /// A project of which one release after the other is given up will need the metadata
    /// of the next ones too: these are fetched together.
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
                .filter_map(|release| release.distribution.clone())
                .take(AT_ONCE)
                .collect();
            let pypi = self.terms.world.pypi;
            pypi.prefetch_metadata(&release.project, &files);
        }
    }
}

//! The releases of an index, and the projects that conda packages provide, as candidates.

use std::sync::Arc;

use pep440_rs::Version;
use pep508_rs::PackageName;
use resolvo::NameId;

use super::{PypiHalf, candidates::ProjectCandidates};
use crate::{
    encode::pool::{Candidate, Origin, ReleaseCandidate},
    model::{reason::Reason, solution::ProvidedCandidate},
};
use presolve_packages::pypi::{Distribution, DistributionKind, Project};

impl PypiHalf<'_> {
    pub(super) fn add_release(
        &self,
        built: &mut ProjectCandidates,
        name: NameId,
        (release, exclusion): (ReleaseCandidate, Option<Reason>),
    ) {
        let candidate = Candidate::Release(Arc::new(release));
        let solvable = self.terms.pool.intern_solvable(name, candidate);
        built.candidates.push(solvable);
        built
            .excluded
            .extend(exclusion.map(|reason| (solvable, reason)));
    }

    /// Adds the releases of an index, newest first, or in the order of `--prefer-binary`.
    pub(super) fn add_releases(
        &self,
        built: &mut ProjectCandidates,
        name: NameId,
        project: &PackageName,
        page: &Project,
    ) {
        let mut releases: Vec<_> = page
            .releases
            .iter()
            .rev()
            .map(|(version, release)| self.release(project, version, &release.files))
            .collect();
        let stable = releases
            .iter()
            .any(|(release, exclusion)| exclusion.is_none() && !release.version.any_prerelease());
        let pip = &self.terms.world.pip;
        let usual = || !stable || self.terms.rules.prereleases.contains(project);
        let prereleases = pip
            .releases
            .allows_prereleases(project)
            .unwrap_or_else(usual);
        for (release, exclusion) in &mut releases {
            if exclusion.is_none() && !prereleases && release.version.any_prerelease() {
                *exclusion = Some(Reason::PreRelease);
            }
        }
        if pip.prefer_binary {
            releases.sort_by_key(|(release, _)| !is_wheel(release));
        }
        for release in releases {
            self.add_release(built, name, release);
        }
    }

    /// Adds the versions that conda packages provide, newest first.
    pub(super) fn add_provided(
        &self,
        built: &mut ProjectCandidates,
        name: NameId,
        project: &PackageName,
    ) {
        let Some(packages) = self.providers.get(project) else {
            return;
        };
        let mut provided: Vec<ProvidedCandidate> = packages
            .iter()
            .flat_map(|(conda_name, versions)| {
                versions.iter().map(|conda_version| ProvidedCandidate {
                    project: project.clone(),
                    conda_name: conda_name.clone(),
                    conda_version: conda_version.clone(),
                    version: conda_version.parse().ok(),
                })
            })
            .collect();
        provided.sort_by(|a, b| b.version.cmp(&a.version));
        for candidate in provided {
            let candidate = Candidate::Provided(Arc::new(candidate));
            let solvable = self.terms.pool.intern_solvable(name, candidate);
            built.candidates.push(solvable);
        }
    }

    /// Returns a release with the pythons on which it can be installed, or why it cannot.
    pub(crate) fn release(
        &self,
        project: &PackageName,
        version: &Version,
        files: &[Arc<Distribution>],
    ) -> (ReleaseCandidate, Option<Reason>) {
        let usable = self.usable(project, files);
        let (candidates, mut exclusion) = self.unyanked(project, version, &usable);
        let (pythons, pip) = self.installable(&candidates);
        if pythons.is_empty() {
            exclusion = Some(self.why_not_installable(files, &usable));
        }
        let newest = pythons.iter().next_back();
        let release = ReleaseCandidate {
            project: project.clone(),
            version: version.clone(),
            origin: Origin::Index,
            distribution: newest
                .and_then(|python| self.best_file(&candidates, python, &self.target)),
            pythons,
            pip,
        };
        (release, exclusion)
    }
}

fn is_wheel(release: &ReleaseCandidate) -> bool {
    let distribution = release.distribution.as_ref();
    distribution.is_some_and(|file| matches!(file.kind, DistributionKind::Wheel(_)))
}

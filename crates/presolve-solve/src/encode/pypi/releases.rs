//! The releases of an index, and the projects that conda packages provide, as candidates.

use std::sync::Arc;

use pep440_rs::Version;
use pep508_rs::PackageName;
use resolvo::NameId;

use super::{PypiHalf, candidates::ProjectCandidates};
use crate::{
    encode::pool::{Candidate, Origin, ReleaseCandidate},
    model::{
        ratings::{Rating, Sources, lock},
        reason::Reason,
        solution::ProvidedCandidate,
    },
};
use presolve_packages::pypi::{Project, Release, ReleaseFile};

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
        if let Some(reason) = exclusion {
            built.exclude(solvable, reason);
        }
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
            .map(|(version, release)| self.release(project, version, release))
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
        release: &Arc<Release>,
    ) -> (ReleaseCandidate, Option<Reason>) {
        let rating = self.rating(project, version, release);
        let mut files = ReleaseFile::all(release);
        let candidate = ReleaseCandidate {
            project: project.clone(),
            version: version.clone(),
            origin: Origin::Index,
            file: rating.place.and_then(|place| files.nth(place)),
            pythons: rating.pythons.clone(),
            pip: rating.pip.clone(),
        };
        (candidate, rating.exclusion.clone())
    }

    /// Rates a release. Releases with equal listings are rated once, because a project may have
    /// thousands of releases and few different listings.
    fn rating(
        &self,
        project: &PackageName,
        version: &Version,
        release: &Arc<Release>,
    ) -> Arc<Rating> {
        let listing = release.listing();
        let key = Arc::as_ptr(listing).addr();
        let is_common = self.declared_hashes(project).is_empty() && !self.is_open(project, version);
        if is_common && let Some((_, rating)) = lock(&self.ratings).get(&key) {
            return rating.clone();
        }
        let sources = self.terms.rules.sources;
        let rating = Arc::new(self.rate(project, version, release, sources));
        let is_shared = match rating.exclusion {
            // They name a file of the release or its reason.
            Some(Reason::Yanked { .. } | Reason::PipTooOld { .. }) => false,
            _ => is_common,
        };
        if is_shared {
            lock(&self.ratings).insert(key, (listing.clone(), rating.clone()));
        }
        rating
    }

    /// Whether a release is rated alike with other sources.
    pub(crate) fn is_rated_alike(&self, candidate: &ReleaseCandidate, sources: Sources) -> bool {
        if candidate.origin != Origin::Index {
            return true;
        }
        let (project, version) = (&candidate.project, &candidate.version);
        let page = self.project(project);
        let release = page.as_ref().and_then(|page| page.releases.get(version));
        release.is_some_and(|release| {
            let now = self.rating(project, version, release);
            let then = self.rate(project, version, release, sources);
            (now.place, &now.pythons, &now.pip) == (then.place, &then.pythons, &then.pip)
                && now.exclusion.is_some() == then.exclusion.is_some()
        })
    }

    fn rate(
        &self,
        project: &PackageName,
        version: &Version,
        release: &Arc<Release>,
        sources: Sources,
    ) -> Rating {
        let usable = self.usable(project, release);
        let (candidates, mut exclusion) = self.unyanked(project, version, &usable);
        let (pythons, pip) = self.installable(&candidates, sources);
        if pythons.is_empty() {
            exclusion = Some(self.why_not_installable(release, &usable));
        }
        let newest = pythons.iter().next_back();
        let best = newest.and_then(|python| self.best_file(&candidates, python, &self.target));
        Rating {
            place: best.map(|file| file.place()),
            pythons,
            pip,
            exclusion,
        }
    }
}

fn is_wheel(release: &ReleaseCandidate) -> bool {
    let file = release.file.as_ref();
    file.is_some_and(|file| file.support().is_wheel())
}

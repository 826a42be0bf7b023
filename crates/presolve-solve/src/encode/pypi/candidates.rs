//! The candidates of a project, for the solver.

use std::{rc::Rc, sync::Arc};

use ahash::AHashMap as HashMap;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl};
use resolvo::{Candidates, HintDependenciesAvailable, NameId, SolvableId};

use super::PypiHalf;
use crate::{
    encode::pool::{Candidate, Origin, ReleaseCandidate},
    model::{
        reason::Reason,
        specifiers::{mentions_prerelease, pins_exactly, specifiers},
    },
};
use presolve_packages::pypi::pip_abilities::PipAbility;

/// The candidates of a project, and the reasons that exclude some of them.
#[derive(Default)]
pub(super) struct ProjectCandidates {
    /// The candidates in the order in which they are tried.
    pub candidates: Vec<SolvableId>,
    excluded: Vec<(SolvableId, Reason)>,
    /// The position of the first reason of a candidate in `excluded`.
    reasons: HashMap<SolvableId, usize>,
}

impl ProjectCandidates {
    /// Excludes a candidate; the first reason counts.
    pub(super) fn exclude(&mut self, id: SolvableId, reason: Reason) {
        self.reasons.entry(id).or_insert(self.excluded.len());
        self.excluded.push((id, reason));
    }

    fn exclusion(&self, id: SolvableId) -> Option<&Reason> {
        let place = self.reasons.get(&id)?;
        Some(&self.excluded[*place].1)
    }

    /// The excluded candidates, each with its first reason.
    fn exclusions(&self) -> impl Iterator<Item = (SolvableId, &Reason)> {
        let numbered = self.excluded.iter().enumerate();
        numbered
            .filter(|(place, (id, _))| self.reasons.get(id) == Some(place))
            .map(|(_, (id, reason))| (*id, reason))
    }
}

impl PypiHalf<'_> {
    /// Returns the candidates of a project, or `None` if neither an index nor conda has it.
    pub(in crate::encode) fn project_candidates(
        &self,
        name: NameId,
        project: &PackageName,
    ) -> Option<Candidates> {
        let built = self.built(name, project)?;
        let favored = self.preferred(project, &built.candidates);
        let excluded = built.excluded.iter();
        Some(Candidates {
            excluded: excluded
                .map(|(id, reason)| (*id, self.terms.intern_reason(reason.clone())))
                .collect(),
            candidates: built.candidates.clone(),
            favored,
            hint_dependencies_available: HintDependenciesAvailable::All,
            ..Candidates::default()
        })
    }

    /// Returns the candidates of an extra, one per candidate of its project.
    pub(in crate::encode) fn extra_candidates(
        &self,
        name: NameId,
        project: &PackageName,
        extra: &ExtraName,
    ) -> Option<Candidates> {
        let base = self.terms.project(project);
        let built = self.built(base, project)?;
        let favored = self.preferred(project, &built.candidates);
        let with_extra = |base| {
            let extra = extra.clone();
            let candidate = Candidate::ProjectExtra { base, extra };
            self.terms.pool.intern_solvable(name, candidate)
        };
        let candidates: Vec<_> = built.candidates.iter().copied().map(with_extra).collect();
        let place = |favored| built.candidates.iter().position(|&base| base == favored);
        Some(Candidates {
            favored: favored.and_then(place).map(|place| candidates[place]),
            candidates,
            hint_dependencies_available: HintDependenciesAvailable::All,
            ..Candidates::default()
        })
    }

    /// Removes the excluded ones from the candidates of a project or of one of its extras.
    pub(in crate::encode) fn leave_out_excluded(
        &self,
        project: &PackageName,
        candidates: &mut Candidates,
    ) {
        let cache = self.candidates.borrow();
        let Some(Some(built)) = cache.get(project) else {
            return;
        };
        let is_open = |id: &SolvableId| match self.terms.candidate(*id) {
            Candidate::ProjectExtra { base, .. } => built.exclusion(*base).is_none(),
            _ => built.exclusion(*id).is_none(),
        };
        candidates.candidates.retain(is_open);
        candidates.favored = candidates.favored.filter(is_open);
        candidates.excluded.clear();
    }

    /// Returns the excluded candidates of a project, each with its first reason.
    pub(crate) fn excluded(&self, project: &PackageName) -> Vec<(SolvableId, Reason)> {
        let cache = self.candidates.borrow();
        let built = cache.get(project).and_then(Option::as_ref);
        let excluded = built.into_iter().flat_map(|built| built.exclusions());
        excluded.map(|(id, reason)| (id, reason.clone())).collect()
    }

    /// Returns the only candidate for the requirements in the metadata of a candidate.
    pub(in crate::encode) fn contents_candidates(
        &self,
        name: NameId,
        of: SolvableId,
    ) -> Candidates {
        let candidate = Candidate::Contents(of);
        Candidates {
            candidates: vec![self.terms.pool.intern_solvable(name, candidate)],
            ..Candidates::default()
        }
    }

    /// Returns the candidates of a project. Only the first call creates them: a second
    /// creation would duplicate each candidate.
    fn built(&self, name: NameId, project: &PackageName) -> Option<Rc<ProjectCandidates>> {
        if let Some(known) = self.candidates.borrow().get(project) {
            return known.clone();
        }
        let built = self.build(name, project).map(Rc::new);
        let mut cache = self.candidates.borrow_mut();
        cache.insert(project.clone(), built.clone());
        built
    }

    fn build(&self, name: NameId, project: &PackageName) -> Option<ProjectCandidates> {
        let mut built = ProjectCandidates::default();
        let direct = self.direct_releases(project);
        if !direct.is_empty() {
            for candidate in direct {
                self.add_release(&mut built, name, candidate);
            }
            return Some(built);
        }
        let conda_first = self.terms.rules.conda_first.contains(project);
        if conda_first {
            self.add_provided(&mut built, name, project);
        }
        let page = self.project(project);
        if let Some(page) = &page {
            self.add_releases(&mut built, name, project, page);
        }
        if !conda_first {
            self.add_provided(&mut built, name, project);
        }
        let is_known = page.is_some() || !built.candidates.is_empty();
        is_known.then(|| {
            self.exclude_by_constraints(&mut built, project);
            built
        })
    }

    /// The release that an earlier `pin` chose, if it is among the candidates.
    fn preferred(&self, project: &PackageName, candidates: &[SolvableId]) -> Option<SolvableId> {
        let version = self.terms.world.preferences.pypi.get(project)?;
        let mut candidates = candidates.iter().copied();
        candidates.find(|&id| {
            self.release_at(id)
                .is_some_and(|release| release.version == *version)
        })
    }

    fn release_at(&self, id: SolvableId) -> Option<&Arc<ReleaseCandidate>> {
        match self.terms.candidate(id) {
            Candidate::Release(release) => Some(release),
            _ => None,
        }
    }

    /// Returns the first release that satisfies a declared requirement, or `None` where conda
    /// provides the project.
    pub(crate) fn best_release(
        &self,
        requirement: &Requirement<VerbatimUrl>,
    ) -> Option<Arc<ReleaseCandidate>> {
        let project = &requirement.name;
        let active = self.pythons.marked(&requirement.marker, None);
        let is_first = self.terms.rules.conda_first.contains(project);
        if is_first || !self.pythons.allowed().is_subset(&active) {
            return None;
        }
        let specifiers = specifiers(requirement)
            .cloned()
            .unwrap_or_else(VersionSpecifiers::empty);
        let name = self.terms.project(project);
        let found = self.built(name, project)?;
        let fits = |id: &SolvableId| {
            found.exclusion(*id).is_none() && self.satisfies(self.terms.candidate(*id), &specifiers)
        };
        let favored = self.preferred(project, &found.candidates);
        let mut tried = favored.iter().chain(&found.candidates);
        self.release_at(*tried.find(|id| fits(id))?).cloned()
    }

    /// The candidate for a release.
    pub(crate) fn known_release(
        &self,
        project: &PackageName,
        version: &Version,
    ) -> Option<Arc<ReleaseCandidate>> {
        let name = self.terms.project(project);
        let found = self.built(name, project)?;
        let mut releases = found
            .candidates
            .iter()
            .filter_map(|&id| self.release_at(id));
        releases
            .find(|release| release.version == *version)
            .cloned()
    }

    /// The releases that are tried after this one.
    pub(super) fn releases_after(&self, release: &ReleaseCandidate) -> Vec<Arc<ReleaseCandidate>> {
        let cache = self.candidates.borrow();
        let built = cache.get(&release.project).and_then(Option::as_deref);
        built
            .into_iter()
            .flat_map(|built| {
                let usable = |id: &&SolvableId| built.exclusion(**id).is_none();
                built.candidates.iter().filter(usable)
            })
            .filter_map(|&id| self.release_at(id))
            .skip_while(|known| known.version != release.version)
            .skip(1)
            .cloned()
            .collect()
    }

    /// Whether the version of a candidate of a project satisfies the specifiers.
    pub(in crate::encode) fn satisfies(
        &self,
        candidate: &Candidate,
        specifiers: &VersionSpecifiers,
    ) -> bool {
        match candidate {
            Candidate::Release(release) => {
                release.origin == Origin::Opaque || specifiers.contains(&release.version)
            }
            Candidate::Provided(provided) => match &provided.version {
                Some(version) => specifiers.contains(version),
                None => specifiers.is_empty(),
            },
            Candidate::ProjectExtra { base, .. } => {
                self.satisfies(self.terms.candidate(*base), specifiers)
            }
            _ => false,
        }
    }

    /// Notes pre-releases and yanked releases that these specifiers name and that the rules
    /// leave out. `satisfying` are the candidates of the project that satisfy the specifiers,
    /// with or without the excluded ones.
    pub(in crate::encode) fn learn_from_specifiers(
        &self,
        project: &PackageName,
        specifiers: &VersionSpecifiers,
        satisfying: &[SolvableId],
    ) {
        let cache = self.candidates.borrow();
        let Some(Some(built)) = cache.get(project) else {
            return;
        };
        let by_pin_only = self.pips.any(PipAbility::YankedOnlyByPin);
        let stable = satisfying.iter().any(|&id| built.exclusion(id).is_none());
        let mut prerelease = false;
        let mut yanked = Vec::new();
        for (id, reason) in built.exclusions() {
            let is_meant = || self.satisfies(self.terms.candidate(id), specifiers);
            match (reason, self.release_at(id)) {
                (Reason::PreRelease, _) => prerelease = prerelease || is_meant(),
                (Reason::Yanked { .. }, Some(release)) if is_meant() => {
                    yanked.push((project.clone(), release.version.clone()));
                }
                _ => {}
            }
        }
        let mut lessons = self.lessons.borrow_mut();
        if pins_exactly(specifiers) || (!by_pin_only && !stable) {
            lessons.yanked.extend(yanked);
        }
        if prerelease && (!stable || mentions_prerelease(specifiers)) {
            lessons.prereleases.push(project.clone());
        }
    }
}

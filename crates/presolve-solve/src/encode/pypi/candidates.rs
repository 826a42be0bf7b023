//! The candidates of a project, and what speaks against some of them.

use std::{collections::BTreeMap, sync::Arc};

use pep440_rs::{Operator, Version, VersionSpecifiers};
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl, VersionOrUrl};
use percent_encoding::percent_decode_str;
use resolvo::{Candidates, HintDependenciesAvailable, NameId, SolvableId};

use crate::{
    DeclaredKind,
    conflict::{Reason, ReasonKind},
    encode::Provider,
    encode::pool::{Candidate, Name, Origin, ProvidedCandidate, ReleaseCandidate},
    encode::pythons::PythonSet,
};
use presolve_packages::pypi::{
    Distribution, DistributionKind, Project, pip_abilities::PipAbility, tags::WheelFilename,
};

/// The candidates of a project and what speaks against some of them.
#[derive(Clone, Default)]
pub(crate) struct ProjectCandidates {
    /// The candidates in the order in which they are tried.
    candidates: Vec<SolvableId>,
    excluded: Vec<(SolvableId, Exclusion)>,
}

/// Why a candidate of a project is excluded.
#[derive(Clone, Debug)]
pub(crate) enum Exclusion {
    Prerelease,
    Yanked(String),
    /// This wheel would fit, and none of the allowed pips takes it.
    Pip(String, PipAbility),
    Other(Reason),
}

impl Exclusion {
    fn kind(&self) -> ReasonKind {
        match self {
            Exclusion::Prerelease => ReasonKind::PreRelease,
            Exclusion::Yanked(_) => ReasonKind::Yanked,
            Exclusion::Pip(..) => ReasonKind::PipTooOld,
            Exclusion::Other(reason) => reason.kind,
        }
    }
}

impl std::fmt::Display for Exclusion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Exclusion::Prerelease => {
                write!(f, "it is a pre-release, and no requirement asks for one")
            }
            Exclusion::Yanked(reason) if reason.is_empty() => write!(f, "it was yanked"),
            Exclusion::Yanked(reason) => write!(f, "it was yanked: {reason}"),
            Exclusion::Pip(wheel, ability) => {
                write!(f, "its wheel {wheel} needs pip {}", ability.versions())
            }
            Exclusion::Other(reason) => write!(f, "{}", reason.text),
        }
    }
}

impl Provider<'_> {
    /// The candidates of a project for the solver.
    pub(crate) fn project_candidates(
        &self,
        name: NameId,
        project: &PackageName,
    ) -> Option<Candidates> {
        let found = self.candidates_of_project(name, project)?;
        let favored = self.preferred(project, &found.candidates);
        let excluded = found.excluded.iter();
        Some(Candidates {
            excluded: excluded
                .map(|(id, reason)| {
                    let reason = reason.kind().because(reason.to_string());
                    (*id, self.reasons.intern(&self.pool, reason))
                })
                .collect(),
            candidates: found.candidates,
            favored,
            hint_dependencies_available: HintDependenciesAvailable::All,
            ..Candidates::default()
        })
    }

    /// The release that an earlier `pin` chose, if it is among the candidates.
    fn preferred(&self, project: &PackageName, candidates: &[SolvableId]) -> Option<SolvableId> {
        let version = self.world.preferences.pypi.get(project)?;
        let mut candidates = candidates.iter().copied();
        candidates.find(|&id| {
            matches!(self.candidate(id), Candidate::Release(release) if release.version == *version)
        })
    }

    /// The first release that a declared requirement would take; none where conda
    /// provides the project.
    pub(crate) fn best_release(
        &self,
        requirement: &Requirement<VerbatimUrl>,
    ) -> Option<Arc<ReleaseCandidate>> {
        let project = &requirement.name;
        let active = self.pythons.marked(&requirement.marker, None);
        if self.reading.conda_first.contains(project) || !self.allowed.is_subset(&active) {
            return None;
        }
        let specifiers = match &requirement.version_or_url {
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers.clone(),
            _ => VersionSpecifiers::empty(),
        };
        let name = self
            .pool
            .intern_package_name(Name::Project(project.clone()));
        let found = self.project_candidates(name, project)?;
        let fits = |id: &SolvableId| {
            let excluded = found.excluded.iter().any(|(excluded, _)| excluded == id);
            !excluded && self.project_matches(self.candidate(*id), &specifiers)
        };
        let mut tried = found.favored.iter().chain(&found.candidates);
        match self.candidate(*tried.find(|id| fits(id))?) {
            Candidate::Release(release) => Some(release.clone()),
            _ => None,
        }
    }

    /// The candidate for a release.
    pub(crate) fn known_release(
        &self,
        project: &PackageName,
        version: &Version,
    ) -> Option<Arc<ReleaseCandidate>> {
        let name = self
            .pool
            .intern_package_name(Name::Project(project.clone()));
        let found = self.project_candidates(name, project)?;
        found
            .candidates
            .iter()
            .find_map(|id| match self.candidate(*id) {
                Candidate::Release(release) if release.version == *version => Some(release.clone()),
                _ => None,
            })
    }

    fn candidates_of_project(
        &self,
        name: NameId,
        project: &PackageName,
    ) -> Option<ProjectCandidates> {
        if let Some(known) = self.projects.candidates.borrow().get(project) {
            return known.clone();
        }
        let built = self.build_candidates(name, project);
        let mut cache = self.projects.candidates.borrow_mut();
        cache.insert(project.clone(), built.clone());
        built
    }

    fn build_candidates(&self, name: NameId, project: &PackageName) -> Option<ProjectCandidates> {
        let mut built = ProjectCandidates::default();
        let direct = self.direct_candidates(project);
        if !direct.is_empty() {
            for candidate in direct {
                self.add_release(&mut built, name, candidate);
            }
            return Some(built);
        }
        let conda_first = self.reading.conda_first.contains(project);
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
        let known = page.is_some() || !built.candidates.is_empty();
        known.then(|| {
            self.exclude_by_constraints(&mut built, project);
            built
        })
    }

    /// The releases that are tried after this one.
    pub(super) fn releases_after(&self, release: &ReleaseCandidate) -> Vec<Arc<ReleaseCandidate>> {
        let cache = self.projects.candidates.borrow();
        let found = cache.get(&release.project).and_then(Option::as_ref);
        let usable = found.into_iter().flat_map(|found| {
            let excluded = |id: &SolvableId| found.excluded.iter().any(|(other, _)| other == id);
            found.candidates.iter().filter(move |id| !excluded(id))
        });
        let releases = usable.filter_map(|&id| match self.candidate(id) {
            Candidate::Release(release) => Some(release.clone()),
            _ => None,
        });
        let mut after = releases.skip_while(|known| known.version != release.version);
        after.next();
        after.collect()
    }

    /// The candidates that direct URLs and lines for foreign code stand for; lines
    /// whose markers hold on no allowed python are none.
    pub(crate) fn direct_candidates(
        &self,
        project: &PackageName,
    ) -> Vec<(ReleaseCandidate, Option<Exclusion>)> {
        let lines = self
            .declared
            .iter()
            .filter_map(|declared| match &declared.kind {
                DeclaredKind::PipOpaque(Some(name), marker) if name == project => {
                    let mut candidate = opaque(project, self);
                    let active = self.pythons.marked(marker, None);
                    candidate.pythons = candidate.pythons.intersection(&active);
                    (!candidate.pythons.is_empty()).then_some((candidate, None))
                }
                DeclaredKind::Pip(requirement) if requirement.name == *project => {
                    let Some(VersionOrUrl::Url(url)) = &requirement.version_or_url else {
                        return None;
                    };
                    let active = self.pythons.marked(&requirement.marker, None);
                    let active = active.intersection(&self.allowed);
                    (!active.is_empty()).then(|| self.direct_url_candidate(project, url, &active))
                }
                _ => None,
            });
        lines.collect()
    }

    /// The release of an archive URL in the pip list, on the pythons for which the line
    /// is active.
    fn direct_url_candidate(
        &self,
        project: &PackageName,
        url: &VerbatimUrl,
        active: &PythonSet,
    ) -> (ReleaseCandidate, Option<Exclusion>) {
        let Some(archive) = direct_distribution(url) else {
            return (opaque(project, self), None);
        };
        let files = [Arc::new(archive.distribution)];
        let (mut release, mut exclusion) = self.release(project, &archive.version, &files);
        release.origin = Origin::DirectUrl;
        release.pythons = release.pythons.intersection(active);
        if archive.project != *project {
            let reason = format!("its file is one of {}", archive.project);
            exclusion = Some(Exclusion::Other(ReasonKind::Other.because(reason)));
        } else if release.pythons.is_empty() && exclusion.is_none() {
            let reason = "its marker and its file need different Python versions".to_string();
            exclusion = Some(Exclusion::Other(ReasonKind::Other.because(reason)));
        }
        (release, exclusion)
    }

    fn add_release(
        &self,
        built: &mut ProjectCandidates,
        name: NameId,
        (release, exclusion): (ReleaseCandidate, Option<Exclusion>),
    ) {
        let solvable = self
            .pool
            .intern_solvable(name, Candidate::Release(Arc::new(release)));
        built.candidates.push(solvable);
        built
            .excluded
            .extend(exclusion.map(|reason| (solvable, reason)));
    }

    fn add_releases(
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
        let prereleases =
            self.world.pip.pre || !stable || self.reading.prereleases.contains(project);
        for (release, exclusion) in &mut releases {
            if exclusion.is_none() && !prereleases && release.version.any_prerelease() {
                *exclusion = Some(Exclusion::Prerelease);
            }
        }
        if self.world.pip.prefer_binary {
            releases.sort_by_key(|(release, _)| !is_wheel(release));
        }
        for release in releases {
            self.add_release(built, name, release);
        }
    }

    fn add_provided(&self, built: &mut ProjectCandidates, name: NameId, project: &PackageName) {
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
            built
                .candidates
                .push(self.pool.intern_solvable(name, candidate));
        }
    }

    /// A release with the pythons that it can be installed on, or why it cannot.
    pub(crate) fn release(
        &self,
        project: &PackageName,
        version: &Version,
        files: &[Arc<Distribution>],
    ) -> (ReleaseCandidate, Option<Exclusion>) {
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

    fn exclude_by_constraints(&self, built: &mut ProjectCandidates, project: &PackageName) {
        for &id in &built.candidates {
            let pythons = self.unconstrained(project, self.candidate(id));
            if let Some((constraint, _)) = pythons.filter(|(_, pythons)| pythons.is_empty()) {
                let reason = format!("the constraint {constraint} excludes it");
                let reason = ReasonKind::Constraint.because(reason);
                built.excluded.push((id, Exclusion::Other(reason)));
            }
        }
    }

    /// The pythons on which no constraint rules a candidate out, and a constraint
    /// that does so on the others; none if there is no such constraint.
    pub(super) fn unconstrained(
        &self,
        project: &PackageName,
        candidate: &Candidate,
    ) -> Option<(&Requirement<VerbatimUrl>, PythonSet)> {
        let mut ruled_out = None;
        let mut pythons = self.allowed.clone();
        for declared in self.declared {
            if let DeclaredKind::PipConstraint(constraint) = &declared.kind
                && constraint.name == *project
                && let Some(VersionOrUrl::VersionSpecifier(specifiers)) = &constraint.version_or_url
                && !self.project_matches(candidate, specifiers)
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

    /// Whether a candidate of a project has a version that specifiers allow.
    pub(crate) fn project_matches(
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
                self.project_matches(self.candidate(*base), specifiers)
            }
            _ => false,
        }
    }

    /// Notes pre-releases and yanked releases that these specifiers ask for and
    /// that this reading leaves out.
    pub(crate) fn learn_from_specifiers(
        &self,
        project: &PackageName,
        specifiers: &VersionSpecifiers,
    ) {
        let cache = self.projects.candidates.borrow();
        let Some(Some(built)) = cache.get(project) else {
            return;
        };
        let version = |id: SolvableId| match self.candidate(id) {
            Candidate::Release(release) => Some(&release.version),
            _ => None,
        };
        let excluded = |id: SolvableId| built.excluded.iter().find(|(other, _)| *other == id);
        let by_pin_only = self.pips.any(PipAbility::YankedOnlyByPin);
        let mut stable = false;
        let mut prerelease = false;
        let mut yanked = Vec::new();
        for &id in &built.candidates {
            if !self.project_matches(self.candidate(id), specifiers) {
                continue;
            }
            match (excluded(id), version(id)) {
                (None, _) => stable = true,
                (Some((_, Exclusion::Prerelease)), _) => prerelease = true,
                (Some((_, Exclusion::Yanked(_))), Some(version)) => {
                    yanked.push((project.clone(), version.clone()));
                }
                _ => {}
            }
        }
        if pins_exactly(specifiers) || (!by_pin_only && !stable) {
            self.learnt.borrow_mut().yanked.extend(yanked);
        }
        if prerelease && (!stable || mentions_prerelease(specifiers)) {
            self.learnt.borrow_mut().prereleases.push(project.clone());
        }
    }

    /// One candidate of an extra per candidate of its project.
    pub(crate) fn project_extra_candidates(
        &self,
        name: NameId,
        project: &PackageName,
        extra: &ExtraName,
    ) -> Option<Candidates> {
        let base = self
            .pool
            .intern_package_name(Name::Project(project.clone()));
        let found = self.candidates_of_project(base, project)?;
        let favored = self.preferred(project, &found.candidates);
        let with_extra = |base| {
            let extra = extra.clone();
            self.pool
                .intern_solvable(name, Candidate::ProjectExtra { base, extra })
        };
        let candidates: Vec<_> = found.candidates.iter().copied().map(with_extra).collect();
        let place = |favored| found.candidates.iter().position(|&base| base == favored);
        Some(Candidates {
            favored: favored.and_then(place).map(|place| candidates[place]),
            candidates,
            hint_dependencies_available: HintDependenciesAvailable::All,
            ..Candidates::default()
        })
    }

    /// The only candidate for what the metadata of a candidate requires.
    pub(crate) fn contents_candidates(&self, name: NameId, of: SolvableId) -> Candidates {
        Candidates {
            candidates: vec![self.pool.intern_solvable(name, Candidate::Contents(of))],
            ..Candidates::default()
        }
    }
}

fn opaque(project: &PackageName, provider: &Provider<'_>) -> ReleaseCandidate {
    ReleaseCandidate {
        project: project.clone(),
        version: Version::new([0]),
        origin: Origin::Opaque,
        pythons: provider.allowed.clone(),
        pip: Vec::new(),
        distribution: None,
    }
}

fn is_wheel(release: &ReleaseCandidate) -> bool {
    let distribution = release.distribution.as_ref();
    distribution.is_some_and(|file| matches!(file.kind, DistributionKind::Wheel(_)))
}

/// An archive URL in the pip list.
struct Archive {
    project: PackageName,
    version: Version,
    distribution: Distribution,
}

/// The hashes that pip takes from the fragment of a URL (`LinkHash` in
/// pip/_internal/models/link.py).
const HASHES: [&str; 6] = ["sha512", "sha384", "sha256", "sha224", "sha1", "md5"];

/// The archive that a direct URL names, if its file name tells what it is.
fn direct_distribution(url: &VerbatimUrl) -> Option<Archive> {
    let url = url.raw();
    let filename = url.path_segments()?.next_back()?;
    // A local version has a `+`, which many indexes write as `%2B`.
    let filename = percent_decode_str(filename).decode_utf8().ok()?;
    let filename = filename.into_owned();
    let (project, version, kind) = if filename.ends_with(".whl") {
        let wheel: WheelFilename = filename.parse().ok()?;
        (
            wheel.name,
            wheel.version,
            DistributionKind::Wheel(wheel.tags),
        )
    } else {
        let stem = [".tar.gz", ".zip", ".tar.bz2"]
            .iter()
            .find_map(|end| filename.strip_suffix(end))?;
        let (name, version) = stem.rsplit_once('-')?;
        (
            name.parse().ok()?,
            version.parse().ok()?,
            DistributionKind::Source,
        )
    };
    let hashes = url
        .fragment()
        .into_iter()
        .flat_map(|fragment| fragment.split('&'))
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| HASHES.contains(name));
    let distribution = Distribution {
        filename,
        url: url.clone(),
        kind,
        requires_python: None,
        yanked: None,
        hashes: hashes
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        has_metadata_file: false,
        metadata_hashes: BTreeMap::new(),
        upload_time: None,
        index: None,
    };
    Some(Archive {
        project,
        version,
        distribution,
    })
}

/// Whether specifiers have an `==` without a star (PEP 592 lets these have a
/// yanked release).
pub(crate) fn pins_exactly(specifiers: &VersionSpecifiers) -> bool {
    let exact = [Operator::Equal, Operator::ExactEqual];
    specifiers.iter().any(|one| exact.contains(one.operator()))
}

/// Whether specifiers name a pre-release, which asks for them (PEP 440).
pub(crate) fn mentions_prerelease(specifiers: &VersionSpecifiers) -> bool {
    specifiers.iter().any(|specifier| {
        let asks = !matches!(
            specifier.operator(),
            Operator::NotEqual
                | Operator::NotEqualStar
                | Operator::LessThan
                | Operator::GreaterThan
        );
        asks && specifier.version().any_prerelease()
    })
}

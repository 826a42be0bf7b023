//! The PyPI half: releases, and what conda packages bring, as candidates of the
//! capability of their project.
//!
//! - `pypi:torch` has one candidate per release and one per version of each conda
//!   package that brings the project. The latter is tied to its record, and a
//!   release forbids these conda packages: so the project comes from conda or
//!   from PyPI, never both.
//! - A release requires a `python` that one of its files can be installed on.
//! - A marker that depends on Python, "dep if python<3.9", is the union
//!   { python>=3.9 | dep }.
//! - `pypi:torch[extra]` has one candidate per candidate of `pypi:torch`, tied to
//!   that one.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use pep440_rs::{Operator, Version, VersionSpecifiers};
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl, VersionOrUrl};
use resolvo::{
    Candidates, ConditionalRequirement, Dependencies, HintDependenciesAvailable, KnownDependencies,
    NameId, SolvableId, VersionSetId,
};

use super::{
    DeclaredKind, Sources,
    pool::{Candidate, Name, Origin, ProvidedCandidate, ReleaseCandidate, VersionSet},
    provider::Provider,
    python::PythonSet,
};
use crate::pypi::{
    Distribution, DistributionKind, Metadata, MetadataAnswer, Project, tags::WheelFilename,
};

/// The candidates of a project and what speaks against some of them.
#[derive(Clone, Default)]
pub(super) struct ProjectCandidates {
    /// In the order in which they are tried.
    candidates: Vec<SolvableId>,
    excluded: Vec<(SolvableId, Exclusion)>,
}

/// Why a candidate of a project may not be taken.
#[derive(Clone, Debug)]
enum Exclusion {
    Prerelease,
    Yanked(String),
    Other(String),
}

impl std::fmt::Display for Exclusion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Exclusion::Prerelease => write!(f, "it is a pre-release, and nothing asks for one"),
            Exclusion::Yanked(reason) if reason.is_empty() => write!(f, "it was yanked"),
            Exclusion::Yanked(reason) => write!(f, "it was yanked: {reason}"),
            Exclusion::Other(reason) => write!(f, "{reason}"),
        }
    }
}

/// What has been found out of projects during a solve.
#[derive(Default)]
pub(super) struct ProjectCache {
    pages: RefCell<HashMap<PackageName, Option<Arc<Project>>>>,
    candidates: RefCell<HashMap<PackageName, Option<ProjectCandidates>>>,
}

impl Provider<'_> {
    /// What the indexes have of a project.
    pub fn project(&self, name: &PackageName) -> Option<Arc<Project>> {
        if let Some(known) = self.projects.pages.borrow().get(name) {
            return known.clone();
        }
        let page = self.world.pypi.project(name).unwrap_or_else(|failure| {
            self.fail(failure);
            None
        });
        let mut pages = self.projects.pages.borrow_mut();
        pages.insert(name.clone(), page.clone());
        page
    }

    /// The candidates of a project for the solver.
    pub(super) fn project_candidates(
        &self,
        name: NameId,
        project: &PackageName,
    ) -> Option<Candidates> {
        let found = self.candidates_of_project(name, project)?;
        let favored = self
            .world
            .preferences
            .pypi
            .get(project)
            .and_then(|version| {
                found.candidates.iter().copied().find(|&id| {
                matches!(self.candidate(id), Candidate::Release(r) if r.version == *version)
            })
            });
        let excluded = found.excluded.iter();
        Some(Candidates {
            excluded: excluded
                .map(|(id, reason)| (*id, self.pool.intern_string(reason.to_string())))
                .collect(),
            candidates: found.candidates,
            favored,
            hint_dependencies_available: HintDependenciesAvailable::All,
            ..Candidates::default()
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
        if let Some(direct) = self.direct_candidate(project) {
            self.add_release(&mut built, name, direct);
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

    /// The candidate that a direct URL or a line for foreign code stands for.
    fn direct_candidate(
        &self,
        project: &PackageName,
    ) -> Option<(ReleaseCandidate, Option<Exclusion>)> {
        self.declared
            .iter()
            .find_map(|declared| match &declared.kind {
                DeclaredKind::PipOpaque(Some(name)) if name == project => {
                    Some((opaque(project, self), None))
                }
                DeclaredKind::Pip(requirement) if requirement.name == *project => {
                    let Some(VersionOrUrl::Url(url)) = &requirement.version_or_url else {
                        return None;
                    };
                    Some(self.direct_url_candidate(project, url))
                }
                _ => None,
            })
    }

    fn direct_url_candidate(
        &self,
        project: &PackageName,
        url: &VerbatimUrl,
    ) -> (ReleaseCandidate, Option<Exclusion>) {
        let Some((version, distribution)) = direct_distribution(project, url) else {
            return (opaque(project, self), None);
        };
        let files = [Arc::new(distribution)];
        let (mut release, exclusion) = self.release(project, &version, &files);
        release.origin = Origin::DirectUrl;
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
    fn release(
        &self,
        project: &PackageName,
        version: &Version,
        files: &[Arc<Distribution>],
    ) -> (ReleaseCandidate, Option<Exclusion>) {
        let usable = self.usable(project, files);
        let (candidates, mut exclusion) = self.unyanked(project, version, &usable);
        let pythons = self.installable(&candidates);
        if pythons.is_empty() {
            exclusion = Some(Exclusion::Other(self.why_not_installable(files, &usable)));
        }
        let newest = pythons.iter().next_back();
        let release = ReleaseCandidate {
            project: project.clone(),
            version: version.clone(),
            origin: Origin::Index,
            distribution: newest.and_then(|python| self.best_file(&candidates, python)),
            pythons,
        };
        (release, exclusion)
    }

    /// The files that `--only-binary` and `--no-binary` leave.
    fn usable<'f>(
        &self,
        project: &PackageName,
        files: &'f [Arc<Distribution>],
    ) -> Vec<&'f Arc<Distribution>> {
        let (wheel_allowed, source_allowed) = self.formats(project);
        let allowed = |file: &&Arc<Distribution>| match file.kind {
            DistributionKind::Wheel(_) => wheel_allowed,
            DistributionKind::Source => source_allowed,
        };
        files.iter().filter(allowed).collect()
    }

    /// The files that are not yanked; all of them, with the reason, if all are.
    fn unyanked<'f>(
        &self,
        project: &PackageName,
        version: &Version,
        usable: &[&'f Arc<Distribution>],
    ) -> (Vec<&'f Arc<Distribution>>, Option<Exclusion>) {
        let asked = self
            .reading
            .yanked
            .contains(&(project.clone(), version.clone()));
        let kept = usable
            .iter()
            .copied()
            .filter(|file| asked || file.yanked.is_none());
        let kept: Vec<_> = kept.collect();
        match usable.first() {
            Some(file) if kept.is_empty() => {
                let reason = file.yanked.clone().unwrap_or_default();
                (usable.to_vec(), Some(Exclusion::Yanked(reason)))
            }
            _ => (kept, None),
        }
    }

    /// The file that pip takes of a release on a python.
    pub(super) fn file_of(
        &self,
        project: &PackageName,
        version: &Version,
        files: &[Arc<Distribution>],
        python: usize,
    ) -> Option<Arc<Distribution>> {
        let usable = self.usable(project, files);
        self.best_file(&self.unyanked(project, version, &usable).0, python)
    }

    /// Whether pip may take wheels and source distributions of a project.
    fn formats(&self, project: &PackageName) -> (bool, bool) {
        let formats = &self.world.pip.formats;
        let only_binary = formats.only_binary.contains(project);
        let no_binary = formats.no_binary.contains(project);
        let wheel = !no_binary && (only_binary || !formats.no_binary_all);
        let source = !only_binary && (no_binary || !formats.only_binary_all);
        (wheel, source)
    }

    /// The allowed pythons on which one of the files can be installed.
    fn installable(&self, files: &[&Arc<Distribution>]) -> PythonSet {
        let (mut wheels, mut sources) = (self.pythons.none(), self.pythons.none());
        for file in files {
            match &file.kind {
                DistributionKind::Wheel(_) => wheels = wheels.union(&self.fitting(file)),
                DistributionKind::Source => sources = sources.union(&self.fitting(file)),
            }
        }
        match self.reading.sources {
            Sources::WhereNoWheel if !wheels.is_empty() => wheels,
            _ => wheels.union(&sources),
        }
    }

    /// The allowed pythons that a file fits.
    fn fitting(&self, file: &Distribution) -> PythonSet {
        let required = file.requires_python.as_ref();
        let required = required.map_or_else(
            || self.allowed.clone(),
            |specifiers| {
                self.pythons
                    .required(specifiers)
                    .intersection(&self.allowed)
            },
        );
        match &file.kind {
            DistributionKind::Source => required,
            DistributionKind::Wheel(tags) => {
                if required.is_empty() || !self.world.target.fits_platform(tags) {
                    return self.pythons.none();
                }
                let mut fits: HashMap<(u64, u64), bool> = HashMap::new();
                for index in required.iter() {
                    let minor = self.pythons.get(index).major_minor();
                    fits.entry(minor)
                        .or_insert_with(|| self.world.target.priority(tags, minor).is_some());
                }
                self.pythons.filter(|index, python| {
                    required.contains(index) && fits.get(&python.major_minor()) == Some(&true)
                })
            }
        }
    }

    /// The file that pip takes on a python: the wheel with the best tags, then
    /// the highest build number, else a source distribution.
    fn best_file(&self, files: &[&Arc<Distribution>], python: usize) -> Option<Arc<Distribution>> {
        let minor = self.pythons.get(python).major_minor();
        let fitting = files
            .iter()
            .filter(|file| self.fitting(file).contains(python));
        let rank = |file: &Distribution| match &file.kind {
            DistributionKind::Wheel(tags) => {
                let priority = self.world.target.priority(tags, minor);
                (
                    priority.unwrap_or(u32::MAX),
                    std::cmp::Reverse(tags.build.clone()),
                )
            }
            DistributionKind::Source => (u32::MAX, std::cmp::Reverse(None)),
        };
        fitting
            .min_by_key(|file| rank(file))
            .map(|file| (*file).clone())
    }

    /// Says why no file of a release can be installed.
    fn why_not_installable(
        &self,
        files: &[Arc<Distribution>],
        usable: &[&Arc<Distribution>],
    ) -> String {
        if usable.is_empty() {
            return if files.is_empty() {
                "it has no files".to_string()
            } else {
                "--only-binary or --no-binary rules its files out".to_string()
            };
        }
        let pythons = self.pythons.display(&self.allowed);
        let refused: Vec<_> = usable
            .iter()
            .filter_map(|file| file.requires_python.as_ref())
            .collect();
        let refuses = |specifiers: &VersionSpecifiers| {
            self.pythons
                .required(specifiers)
                .intersection(&self.allowed)
                .is_empty()
        };
        if refused.len() == usable.len() && refused.iter().all(|specifiers| refuses(specifiers)) {
            return format!(
                "it requires Python {}, and the spec leaves {pythons}",
                refused[0]
            );
        }
        let mut tags: Vec<&str> = Vec::new();
        for file in usable {
            if let DistributionKind::Wheel(wheel) = &file.kind
                && self.world.target.fits_platform(wheel)
            {
                tags.extend(wheel.python.iter().map(String::as_str));
            }
        }
        tags.sort_unstable();
        tags.dedup();
        let subdir = self.world.subdir;
        if tags.is_empty() {
            format!("it has no wheel for {subdir} and no source distribution")
        } else {
            let tags = tags.join(", ");
            format!(
                "it has no wheel for Python {pythons} on {subdir}, only for {tags}, \
                 and no source distribution"
            )
        }
    }

    fn exclude_by_constraints(&self, built: &mut ProjectCandidates, project: &PackageName) {
        for &id in &built.candidates {
            let pythons = self.unconstrained(project, self.candidate(id));
            if let Some((constraint, _)) = pythons.filter(|(_, pythons)| pythons.is_empty()) {
                let reason = format!("the constraint {constraint} rules it out");
                built.excluded.push((id, Exclusion::Other(reason)));
            }
        }
    }

    /// The pythons on which no constraint rules a candidate out, and a constraint
    /// that does so on the others; none if there is no such constraint.
    fn unconstrained(
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

    /// Requires a python on which no constraint rules the candidate out.
    fn require_unconstrained(
        &self,
        known: &mut KnownDependencies,
        project: &PackageName,
        candidate: &Candidate,
    ) {
        if let Some((_, pythons)) = self.unconstrained(project, candidate) {
            known.requirements.push(self.python_in(&pythons).into());
        }
    }

    /// Whether a candidate of a project has a version that specifiers allow.
    pub(super) fn project_matches(
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
    pub(super) fn learn_from_specifiers(
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
        let mut stable = false;
        let mut prerelease = false;
        for &id in &built.candidates {
            if !self.project_matches(self.candidate(id), specifiers) {
                continue;
            }
            match (excluded(id), version(id)) {
                (None, _) => stable = true,
                (Some((_, Exclusion::Prerelease)), _) => prerelease = true,
                (Some((_, Exclusion::Yanked(_))), Some(version)) if pins_exactly(specifiers) => {
                    let mut learnt = self.learnt.borrow_mut();
                    learnt.yanked.push((project.clone(), version.clone()));
                }
                _ => {}
            }
        }
        if prerelease && (!stable || mentions_prerelease(specifiers)) {
            self.learnt.borrow_mut().prereleases.push(project.clone());
        }
    }

    /// One candidate of an extra per candidate of its project.
    pub(super) fn project_extra_candidates(
        &self,
        name: NameId,
        project: &PackageName,
        extra: &ExtraName,
    ) -> Option<Candidates> {
        let base = self
            .pool
            .intern_package_name(Name::Project(project.clone()));
        let found = self.candidates_of_project(base, project)?;
        let candidates = found.candidates.into_iter().map(|base| {
            let extra = extra.clone();
            self.pool
                .intern_solvable(name, Candidate::ProjectExtra { base, extra })
        });
        Some(Candidates {
            candidates: candidates.collect(),
            hint_dependencies_available: HintDependenciesAvailable::All,
            ..Candidates::default()
        })
    }

    /// The only candidate for what the metadata of a candidate requires.
    pub(super) fn contents_candidates(&self, name: NameId, of: SolvableId) -> Candidates {
        Candidates {
            candidates: vec![self.pool.intern_solvable(name, Candidate::Contents(of))],
            ..Candidates::default()
        }
    }

    fn contents(&self, of: SolvableId) -> ConditionalRequirement {
        let name = self.pool.intern_package_name(Name::Contents(of));
        self.pool.intern_version_set(name, VersionSet::Any).into()
    }

    /// What a release requires, as far as it is known without its metadata.
    pub(super) fn release_dependencies(
        &self,
        id: SolvableId,
        release: &ReleaseCandidate,
    ) -> Dependencies {
        let mut known = KnownDependencies::default();
        known
            .requirements
            .push(self.python_in(&release.pythons).into());
        self.require_unconstrained(&mut known, &release.project, self.candidate(id));
        if release.origin != Origin::Opaque {
            known.requirements.push(self.contents(id));
        }
        if !self.reading.overwrite {
            for conda_name in self.providers.get(&release.project).into_iter().flatten() {
                let name = Name::Conda(conda_name.0.clone());
                let name = self.pool.intern_package_name(name);
                let others = VersionSet::BringsNot(release.project.clone());
                known
                    .constrains
                    .push(self.pool.intern_version_set(name, others));
            }
        }
        Dependencies::Known(known)
    }

    /// What a conda package that brings a project requires: itself.
    pub(super) fn provided_dependencies(
        &self,
        id: SolvableId,
        provided: &ProvidedCandidate,
    ) -> Dependencies {
        let name = Name::Conda(provided.conda_name.clone());
        let name = self.pool.intern_package_name(name);
        let set = VersionSet::Brings(provided.project.clone(), provided.conda_version.clone());
        let mut known = KnownDependencies::default();
        known
            .requirements
            .push(self.pool.intern_version_set(name, set).into());
        self.require_unconstrained(&mut known, &provided.project, self.candidate(id));
        Dependencies::Known(known)
    }

    /// What an extra of a candidate requires without its metadata: the candidate.
    pub(super) fn extra_dependencies(&self, id: SolvableId, base: SolvableId) -> Dependencies {
        let mut known = KnownDependencies::default();
        let name = self.pool.resolve_solvable(base).name;
        let tie = self
            .pool
            .intern_version_set(name, VersionSet::Exactly(base));
        known.requirements.extend([tie.into(), self.contents(id)]);
        Dependencies::Known(known)
    }

    /// What the metadata of a release, or of an extra of a candidate, requires.
    pub(super) fn contents_dependencies(&self, of: SolvableId) -> Dependencies {
        let known = match self.candidate(of) {
            Candidate::ProjectExtra { base, extra } => self.required_by(*base, Some(extra)),
            _ => self.required_by(of, None),
        };
        known.map_or_else(
            |reason| Dependencies::Unknown(self.pool.intern_string(reason)),
            Dependencies::Known,
        )
    }

    fn required_by(
        &self,
        base: SolvableId,
        extra: Option<&ExtraName>,
    ) -> Result<KnownDependencies, String> {
        let mut known = KnownDependencies::default();
        let Some(release) = self.release_of(base) else {
            return Ok(known);
        };
        let Some(metadata) = self.metadata(&release)? else {
            return Ok(known);
        };
        let pythons = match self.candidate(base) {
            Candidate::Provided(_) => release.pythons.clone(),
            _ => self.pythons_of(&release, &metadata)?,
        };
        if pythons != release.pythons {
            known.requirements.push(self.python_in(&pythons).into());
        }
        self.require_all(&mut known, &release, &metadata, &pythons, extra)?;
        Ok(known)
    }

    /// The release that a candidate of a project is, or that a conda package was
    /// built from: pip reads the extras of what is installed.
    fn release_of(&self, id: SolvableId) -> Option<Arc<ReleaseCandidate>> {
        match self.candidate(id) {
            Candidate::Release(release) => Some(release.clone()),
            Candidate::Provided(provided) => {
                let version = provided.version.as_ref()?;
                let page = self.project(&provided.project)?;
                let files = &page.releases.get(version)?.files;
                let (mut release, _) = self.release(&provided.project, version, files);
                // On which pythons it runs is conda's affair; what its extras
                // require, any wheel tells.
                release.pythons = self.allowed.clone();
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
    fn pythons_of(
        &self,
        release: &ReleaseCandidate,
        metadata: &Metadata,
    ) -> Result<PythonSet, String> {
        let Some(required) = &metadata.requires_python else {
            return Ok(release.pythons.clone());
        };
        let pythons = release
            .pythons
            .intersection(&self.pythons.required(required));
        if pythons.is_empty() {
            let allowed = self.pythons.display(&self.allowed);
            return Err(format!(
                "it requires Python {required}, and the spec leaves {allowed}"
            ));
        }
        Ok(pythons)
    }

    fn python_in(&self, pythons: &PythonSet) -> VersionSetId {
        let python = self
            .pool
            .intern_package_name(Name::Conda("python".to_string()));
        self.pool
            .intern_version_set(python, VersionSet::Python(pythons.clone()))
    }

    /// The metadata that speaks for a release; `None` for an opaque one, and for
    /// one that has to be built where that counts as "requires nothing".
    pub(super) fn metadata(
        &self,
        release: &ReleaseCandidate,
    ) -> Result<Option<Arc<Metadata>>, String> {
        let Some(distribution) = &release.distribution else {
            return Ok(None);
        };
        match self.world.pypi.metadata(&release.project, distribution) {
            Ok(MetadataAnswer::Known(metadata)) => Ok(Some(metadata)),
            Ok(MetadataAnswer::Invalid(reason)) => Err(format!("its metadata is broken: {reason}")),
            Ok(MetadataAnswer::NeedsBuild(reason)) => {
                let mut learnt = self.learnt.borrow_mut();
                let (project, version) = (release.project.clone(), release.version.clone());
                learnt.needs_build.push((project, version, reason.clone()));
                match self.reading.sources {
                    Sources::Unknown => Ok(None),
                    _ => Err(format!(
                        "what it requires is known only after a build: {reason}"
                    )),
                }
            }
            Err(failure) => {
                self.fail(failure);
                Err("an index could not be asked".to_string())
            }
        }
    }

    fn require_all(
        &self,
        known: &mut KnownDependencies,
        release: &ReleaseCandidate,
        metadata: &Metadata,
        pythons: &PythonSet,
        extra: Option<&ExtraName>,
    ) -> Result<(), String> {
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
                // What cannot be met need not be met on the other pythons.
                Err(reason) => {
                    let others = pythons.difference(&active);
                    if others.is_empty() {
                        return Err(reason);
                    }
                    known.requirements.push(self.python_in(&others).into());
                    continue;
                }
            };
            for set in sets {
                known
                    .requirements
                    .push(self.on_pythons(set, &active, pythons));
            }
        }
        self.world.pypi.prefetch(&names);
        Ok(())
    }

    /// "`set`, if python is one of `active`", for one that is one of `pythons`.
    pub(super) fn on_pythons(
        &self,
        set: VersionSetId,
        active: &PythonSet,
        pythons: &PythonSet,
    ) -> ConditionalRequirement {
        let otherwise = pythons.difference(active);
        if otherwise.is_empty() {
            return set.into();
        }
        let otherwise = self.python_in(&otherwise);
        let union = self
            .pool
            .intern_version_set_union(otherwise, std::iter::once(set));
        union.into()
    }

    /// The version sets of a requirement: its extras, then the project. `own` is
    /// the version of the project that requires itself, as `foo[all]` does.
    pub(super) fn requirement_sets(
        &self,
        requirement: &Requirement<VerbatimUrl>,
        own: Option<&Version>,
    ) -> Result<Vec<VersionSetId>, String> {
        let project = &requirement.name;
        let set = match &requirement.version_or_url {
            None => VersionSet::Specifiers(VersionSpecifiers::empty()),
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => {
                VersionSet::Specifiers(specifiers.clone())
            }
            Some(VersionOrUrl::Url(_)) if self.direct_candidate(project).is_some() => {
                VersionSet::Any
            }
            Some(VersionOrUrl::Url(_)) => {
                return Err(format!("it requires {project} from a URL"));
            }
        };
        let mut sets = Vec::with_capacity(requirement.extras.len() + 1);
        for extra in &requirement.extras {
            let name = Name::ProjectExtra(project.clone(), extra.clone());
            let name = self.pool.intern_package_name(name);
            let set = own.map_or_else(|| set.clone(), |_| VersionSet::Any);
            sets.push(self.pool.intern_version_set(name, set));
        }
        match (own, &set) {
            // A package must not constrain its own name: the tie of its extras
            // to itself says the same.
            (Some(version), VersionSet::Specifiers(specifiers)) => {
                if !specifiers.contains(version) {
                    return Err(format!("it requires itself as {specifiers}"));
                }
            }
            _ => {
                let name = self
                    .pool
                    .intern_package_name(Name::Project(project.clone()));
                sets.push(self.pool.intern_version_set(name, set));
            }
        }
        Ok(sets)
    }
}

fn opaque(project: &PackageName, provider: &Provider<'_>) -> ReleaseCandidate {
    ReleaseCandidate {
        project: project.clone(),
        version: Version::new([0]),
        origin: Origin::Opaque,
        pythons: provider.allowed.clone(),
        distribution: None,
    }
}

fn is_wheel(release: &ReleaseCandidate) -> bool {
    let distribution = release.distribution.as_ref();
    distribution.is_some_and(|file| matches!(file.kind, DistributionKind::Wheel(_)))
}

/// The archive that a direct URL names, if its file name tells the version.
fn direct_distribution(
    project: &PackageName,
    url: &VerbatimUrl,
) -> Option<(Version, Distribution)> {
    let url = url.raw();
    let filename = url.path_segments()?.next_back()?.to_string();
    let (version, kind) = if filename.ends_with(".whl") {
        let wheel: WheelFilename = filename.parse().ok()?;
        (wheel.version, DistributionKind::Wheel(wheel.tags))
    } else {
        let stem = [".tar.gz", ".zip", ".tar.bz2"]
            .iter()
            .find_map(|end| filename.strip_suffix(end))?;
        let (name, version) = stem.rsplit_once('-')?;
        let name: PackageName = name.parse().ok()?;
        let version = version.parse().ok()?;
        (name == *project).then_some((version, DistributionKind::Source))?
    };
    let hashes = url
        .fragment()
        .into_iter()
        .filter_map(|fragment| fragment.split_once('='));
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
    };
    Some((version, distribution))
}

/// Whether specifiers are one `==` without a star (PEP 592 lets these have a
/// yanked release).
fn pins_exactly(specifiers: &VersionSpecifiers) -> bool {
    let exact = [Operator::Equal, Operator::ExactEqual];
    matches!(&**specifiers, [only] if exact.contains(only.operator()))
}

/// Whether specifiers name a pre-release, which asks for them (PEP 440).
fn mentions_prerelease(specifiers: &VersionSpecifiers) -> bool {
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

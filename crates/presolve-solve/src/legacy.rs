//! The result of a pip before 20.3, which installs packages even if requirements clash.
//!
//! Its resolver does not backtrack: for each project, the first requirement decides, the
//! lines of the pip list first, then what they require, breadth first. Later requirements
//! on the project are ignored. It prints a complaint without failing, so the build
//! continues. See `pip/_internal/resolution/legacy/resolver.py` and `req/req_set.py` of
//! pip 20.2, and `legacy_resolve.py` of 20.0, which does the same.
//!
//! As in the joint problem, the requirements of conda packages count as satisfied.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{
    ExtraName, MarkerEnvironment, PackageName, Requirement, VerbatimUrl, VersionOrUrl,
};

use crate::{
    decode,
    encode::{
        Encoder,
        pool::{Origin, ReleaseCandidate},
        rules::Rules,
    },
    model::{
        Declared, DeclaredKind, Problem,
        error::SolveError,
        python::marker_environment,
        solution::{Clash, Opaque, ProvidedCandidate, Solution},
        specifiers::mentions_prerelease,
    },
};
use presolve_packages::pypi::pip_abilities::PipAbility;

/// Returns what pip installs over a conda half whose pip has the old resolver. `None` if the
/// pip is newer, or if it stops with an error.
///
/// # Errors
/// A [`SolveError`] if an index could not be queried.
pub(crate) fn install(
    problem: &Problem<'_>,
    conda: &Solution,
) -> Result<Option<Box<Solution>>, SolveError> {
    let (Some(python), Some(pip)) = (conda.python(), conda.pip()) else {
        return Ok(None);
    };
    let is_old = !PipAbility::Backtracking.is_in(&pip);
    let minor = (
        python.release()[0],
        python.release().get(1).copied().unwrap_or(0),
    );
    let runs = PipAbility::of_python(minor).all(|ability| ability.is_in(&pip));
    let constrained = |line: &Declared| matches!(line.kind, DeclaredKind::PipConstraint(_));
    // The effect of a constraint depends on its position among the lines.
    if !is_old || !runs || problem.declared.iter().any(constrained) {
        return Ok(None);
    }
    let rules = Rules {
        pythons: Some([python.clone()].into()),
        pip: Some(pip),
        ..Rules::lenient(HashSet::new())
    };
    let encoder = Encoder::new(problem, rules)?;
    let mut install = Install {
        environment: marker_environment(&python, problem.world.subdir),
        from_conda: provided(problem, conda),
        encoder: &encoder,
        decisive: HashMap::new(),
        queue: VecDeque::new(),
        releases: Vec::new(),
        provided: Vec::new(),
        opaque: Vec::new(),
    };
    let ended = install.run();
    problem.world.check_time(Duration::ZERO)?;
    let answer = ended.then(|| install.solution(conda)).flatten();
    encoder.check_indexes()?;
    Ok(answer.map(Box::new))
}

/// Returns the projects that the conda half provides.
fn provided(problem: &Problem<'_>, conda: &Solution) -> HashMap<PackageName, ProvidedCandidate> {
    let mut found = HashMap::new();
    for record in &conda.conda {
        let package = &record.package_record;
        for project in (problem.world.pypi_names)(record) {
            let provided = ProvidedCandidate {
                project: project.clone(),
                conda_name: package.name.as_normalized().to_string(),
                conda_version: package.version.as_str().to_string(),
                version: package.version.as_str().parse().ok(),
            };
            found.insert(project, provided);
        }
    }
    found
}

/// The first requirement on a project, which determines its release.
struct Decisive {
    requirement: Requirement<VerbatimUrl>,
    /// The index of the declared line that leads to it.
    line: usize,
    /// Whether the line itself names the project, so that `-U` applies.
    by_user: bool,
}

struct Install<'i, 'a> {
    encoder: &'i Encoder<'a>,
    environment: MarkerEnvironment,
    from_conda: HashMap<PackageName, ProvidedCandidate>,
    decisive: HashMap<PackageName, Decisive>,
    queue: VecDeque<PackageName>,
    releases: Vec<ReleaseCandidate>,
    provided: Vec<ProvidedCandidate>,
    opaque: Vec<PackageName>,
}

impl Install<'_, '_> {
    /// Whether pip finishes without an error.
    fn run(&mut self) -> bool {
        self.add_lines() && {
            while let Some(project) = self.queue.pop_front() {
                let is_late = self.encoder.world().check_time(Duration::ZERO).is_err();
                if is_late || !self.take(&project) {
                    return false;
                }
            }
            true
        }
    }

    /// pip rejects two different lines on one project with "Double requirement given". If
    /// their extras differ too, pip silently drops the second line. This goes beyond an
    /// unsatisfied requirement, so it is not modelled here.
    fn add_lines(&mut self) -> bool {
        for (line, declared) in self.encoder.declared().iter().enumerate() {
            match &declared.kind {
                DeclaredKind::Pip(requirement) => {
                    if !requirement.marker.evaluate(&self.environment, &[]) {
                        continue;
                    }
                    if let Some(first) = self.decisive.get(&requirement.name) {
                        let first = &first.requirement;
                        let mut extras = requirement.extras.iter();
                        let same = first.version_or_url == requirement.version_or_url
                            && extras.all(|extra| first.extras.contains(extra));
                        if !same {
                            return false;
                        }
                    }
                    self.add(requirement, line, true);
                }
                DeclaredKind::PipOpaque(Some(project), marker)
                    if marker.evaluate(&self.environment, &[]) =>
                {
                    self.opaque.push(project.clone());
                }
                _ => {}
            }
        }
        true
    }

    fn add(&mut self, requirement: &Requirement<VerbatimUrl>, line: usize, by_user: bool) {
        let project = &requirement.name;
        if self.decisive.contains_key(project) || self.opaque.contains(project) {
            return;
        }
        let first = Decisive {
            requirement: requirement.clone(),
            line,
            by_user,
        };
        self.decisive.insert(project.clone(), first);
        self.queue.push_back(project.clone());
    }

    /// Selects the release for the first requirement on a project; returns whether one exists.
    fn take(&mut self, project: &PackageName) -> bool {
        let first = &self.decisive[project];
        let (line, by_user) = (first.line, first.by_user);
        let extras = first.requirement.extras.clone();
        let found = self.find(project, &first.requirement);
        if let Some(installed) = self.satisfied(project, &first.requirement) {
            let is_best = found
                .as_ref()
                .is_none_or(|best| Some(&best.version) <= installed.version.as_ref());
            if !by_user || is_best {
                self.provided.push(installed.clone());
                return true;
            }
        }
        let Some(release) = found else {
            return false;
        };
        let Some(required) = self.required(&release, &extras) else {
            return false;
        };
        self.releases.push(release);
        for requirement in &required {
            self.add(requirement, line, false);
        }
        true
    }

    /// Returns the conda package of a project if it satisfies a requirement.
    fn satisfied(
        &self,
        project: &PackageName,
        requirement: &Requirement<VerbatimUrl>,
    ) -> Option<&ProvidedCandidate> {
        let installed = self.from_conda.get(project)?;
        meets(requirement, installed.version.as_ref()?).then_some(installed)
    }

    /// Returns the best release that a requirement allows: not yanked, then the newest. A
    /// pre-release counts if one is named or nothing else exists.
    fn find(
        &self,
        project: &PackageName,
        requirement: &Requirement<VerbatimUrl>,
    ) -> Option<ReleaseCandidate> {
        let specifiers = match &requirement.version_or_url {
            Some(VersionOrUrl::Url(_)) => {
                let direct = self.encoder.pypi().direct_releases(project).into_iter();
                let mut usable = direct.filter(|(_, exclusion)| exclusion.is_none());
                return usable.next().map(|(release, _)| release);
            }
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers.clone(),
            None => VersionSpecifiers::empty(),
        };
        let page = self.encoder.pypi().project(project)?;
        let mut releases: Vec<_> = page
            .releases
            .iter()
            .rev()
            .filter(|(version, _)| specifiers.contains(version))
            .map(|(version, release)| {
                let (candidate, _) = self.encoder.pypi().release(project, version, release);
                let is_yanked = release.listing().iter().all(|file| file.is_yanked);
                (is_yanked, candidate)
            })
            .filter(|(_, candidate)| !candidate.pythons.is_empty())
            .collect();
        let control = &self.encoder.world().pip.releases;
        let pre = control
            .allows_prereleases(project)
            .unwrap_or_else(|| mentions_prerelease(&specifiers));
        let is_stable = |(_, candidate): &(bool, ReleaseCandidate)| candidate.version.is_stable();
        if !pre && releases.iter().any(is_stable) {
            releases.retain(is_stable);
        }
        releases.sort_by_key(|(is_yanked, _)| *is_yanked);
        releases.into_iter().next().map(|(_, candidate)| candidate)
    }

    /// Returns the requirements of a release with extras; `None` if pip stops with an error.
    fn required(
        &self,
        release: &ReleaseCandidate,
        extras: &[ExtraName],
    ) -> Option<Vec<Requirement<VerbatimUrl>>> {
        let Some(metadata) = self.encoder.pypi().metadata(release).ok()? else {
            return Some(Vec::new());
        };
        if let Some(required) = &metadata.requires_python {
            let pythons = self.encoder.pythons().required(required);
            if release.pythons.intersection(&pythons).is_empty() {
                return None;
            }
        }
        let holds = |requirement: &&Requirement<VerbatimUrl>, extras: &[ExtraName]| {
            requirement.marker.evaluate(&self.environment, extras)
        };
        let all = metadata.requires_dist.iter();
        let (plain, others): (Vec<_>, Vec<_>) = all.partition(|one| holds(one, &[]));
        let by_extra = others.into_iter().filter(|one| holds(one, extras));
        Some(plain.into_iter().chain(by_extra).cloned().collect())
    }

    /// Returns the final solution; `None` if the file of a release is unknown.
    fn solution(&self, conda: &Solution) -> Option<Solution> {
        let mut solution = conda.clone();
        for release in &self.releases {
            let extras = self.decisive[&release.project].requirement.extras.clone();
            if release.origin == Origin::Opaque {
                let name = release.project.clone();
                solution.opaque.push(Opaque { name, extras });
                continue;
            }
            let package = decode::package(self.encoder, &solution, release, extras)?;
            solution.pypi.push(package);
        }
        let opaque = self.opaque.iter().map(|name| Opaque {
            name: name.clone(),
            extras: Vec::new(),
        });
        solution.opaque.extend(opaque);
        solution.provided.clone_from(&self.provided);
        decode::finish(self.encoder, &mut solution);
        solution.clashes = self.clashes(&solution)?;
        solution.by_legacy_resolver = true;
        Some(solution)
    }

    /// Returns the requirements that the final solution does not satisfy.
    fn clashes(&self, solution: &Solution) -> Option<Vec<Clash>> {
        let mut clashes = Vec::new();
        for release in &self.releases {
            let first = &self.decisive[&release.project];
            for requirement in self.required(release, &first.requirement.extras)? {
                let installed = self.installed(solution, &requirement.name);
                let has_extras = solution.release(&requirement.name).is_none_or(|package| {
                    let mut extras = requirement.extras.iter();
                    extras.all(|extra| package.extras.contains(extra))
                });
                if let Some(installed) = installed
                    && !(meets(&requirement, &installed) && has_extras)
                {
                    clashes.push(Clash {
                        project: release.project.clone(),
                        version: release.version.clone(),
                        requirement,
                        installed,
                        line: first.line,
                    });
                }
            }
        }
        Some(clashes)
    }

    fn installed(&self, solution: &Solution, project: &PackageName) -> Option<Version> {
        if let Some(package) = solution.release(project) {
            return Some(package.version.clone());
        }
        self.from_conda.get(project)?.version.clone()
    }
}

fn meets(requirement: &Requirement<VerbatimUrl>, version: &Version) -> bool {
    match &requirement.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers.contains(version),
        Some(VersionOrUrl::Url(_)) => false,
        None => true,
    }
}

//! The solution: the packages to install, read from the solver's choice.

use std::{collections::BTreeMap, sync::Arc};

use pep440_rs::Version;
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl};
use rattler_conda_types::RepoDataRecord;
use resolvo::SolvableId;

use crate::{
    Declared, DeclaredKind,
    encode::Provider,
    encode::conda::depends_on,
    encode::pips,
    encode::pool::{Candidate, Origin, ProvidedCandidate, ReleaseCandidate},
};
use presolve_packages::pypi::{
    Distribution, DistributionKind, Metadata, MetadataSource, pip_abilities::PipAbility,
    tags::Target,
};

/// The packages to install.
#[derive(Clone, Debug, Default)]
pub struct Solution {
    /// The conda records, by name.
    pub conda: Vec<RepoDataRecord>,
    /// The channels of the other records that `name=version=build` names as well,
    /// by package, where there are such.
    pub namesakes: BTreeMap<String, Vec<String>>,
    /// The extras of conda packages that are asked for (CEP-44).
    pub conda_extras: Vec<(String, String)>,
    /// The releases from PyPI, by project.
    pub pypi: Vec<PypiPackage>,
    /// The projects that the pip half asks for and a conda package provides.
    pub provided: Vec<ProvidedCandidate>,
    /// The projects of lines that only foreign code can resolve.
    pub opaque: Vec<Opaque>,
    /// Projects that pip would install over what a conda package brought, with
    /// the conda package's name.
    pub overwritten: Vec<(PackageName, String)>,
    /// Whether this is what a pip before 20.3 installs although it violates a
    /// requirement.
    pub by_legacy_resolver: bool,
    /// Requirements that are not satisfied, because a pip before 20.3 does not look at
    /// them.
    pub clashes: Vec<Clash>,
}

/// A requirement that pip does not look at any more once it has another one on the
/// same project.
#[derive(Clone, Debug)]
pub struct Clash {
    /// The project that requires it.
    pub project: PackageName,
    /// The version.
    pub version: Version,
    /// The requirement that is not satisfied.
    pub requirement: Requirement<VerbatimUrl>,
    /// The installed version.
    pub installed: Version,
    /// The place of the declared line that the project goes back to.
    pub line: usize,
}

/// A release to be installed from PyPI.
#[derive(Clone, Debug)]
pub struct PypiPackage {
    /// The project.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// The extras that are asked for.
    pub extras: Vec<ExtraName>,
    /// Whether the pip list names it by the URL of an archive.
    pub direct_url: bool,
    /// The file that pip takes.
    pub distribution: Arc<Distribution>,
    /// The metadata of the file; `None` if it is known only after a build.
    pub metadata: Option<Arc<Metadata>>,
    /// A wheel that fits and that the pip of the solution does not take, with what
    /// a pip that takes it can do; only where a source distribution is taken.
    pub wheel_for_other_pip: Option<(String, PipAbility)>,
    /// The hashes of the files of the release that pip may take, `sha256:…`: all but
    /// those that `--only-binary`, `--no-binary` and declared hashes exclude.
    pub hashes: Vec<String>,
}

impl PypiPackage {
    /// Returns the source of its metadata.
    pub fn metadata_source(&self) -> Option<MetadataSource> {
        self.metadata.as_ref().map(|metadata| metadata.source)
    }
}

/// A project that a line for foreign code names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// The project.
    pub name: PackageName,
    /// The extras that are asked for.
    pub extras: Vec<ExtraName>,
}

/// A solution, or the finding that on its python another file of a release is
/// taken, which says something else.
pub(crate) enum Reading {
    Solution(Box<Solution>),
    OtherFile,
}

impl Solution {
    /// The record of a conda package.
    pub fn record(&self, name: &str) -> Option<&RepoDataRecord> {
        self.conda
            .iter()
            .find(|record| record.package_record.name.as_normalized() == name)
    }

    /// Whether a conda package depends on this one, which may be a virtual one.
    pub fn needs(&self, name: &str) -> bool {
        let mut names = self.conda.iter().flat_map(depends_on);
        names.any(|needed| needed == name)
    }

    /// The version of `python`, as PEP 440 has it.
    pub fn python(&self) -> Option<Version> {
        self.record("python")?
            .package_record
            .version
            .as_str()
            .parse()
            .ok()
    }

    /// The version of conda's `pip`, which installs the pip half.
    pub fn pip(&self) -> Option<Version> {
        pips::version(self.record("pip")?)
    }

    /// Returns all requirements on a project, from declared lines and chosen releases.
    pub fn asked_of<'a>(
        &'a self,
        declared: &'a [Declared],
        project: &PackageName,
    ) -> impl Iterator<Item = &'a Requirement<VerbatimUrl>> {
        let lines = declared.iter().filter_map(|line| match &line.kind {
            DeclaredKind::Pip(requirement) | DeclaredKind::PipConstraint(requirement) => {
                Some(&**requirement)
            }
            _ => None,
        });
        let releases = self.pypi.iter();
        let metadata = releases.filter_map(|package| package.metadata.as_ref());
        let required = metadata.flat_map(|metadata| &metadata.requires_dist);
        lines
            .chain(required)
            .filter(move |one| one.name == *project)
    }

    /// Returns the platform tags of a target that the pip of the solution knows.
    pub(crate) fn known_to_pip(&self, target: &Target) -> Target {
        let pip = self.pip();
        target.known_to(|ability| pip.as_ref().is_none_or(|pip| ability.is_in(pip)))
    }

    /// The release from PyPI of a project.
    pub fn release(&self, name: &PackageName) -> Option<&PypiPackage> {
        self.pypi.iter().find(|package| package.name == *name)
    }

    /// Reads the solver's choice.
    pub(crate) fn read(provider: &Provider<'_>, chosen: &[SolvableId]) -> Reading {
        let mut solution = Solution::default();
        let mut releases: Vec<(SolvableId, Arc<ReleaseCandidate>)> = Vec::new();
        let mut extras: BTreeMap<SolvableId, Vec<ExtraName>> = BTreeMap::new();
        for &id in chosen {
            match provider.candidate(id) {
                Candidate::Record(id) => {
                    let record = provider.record(*id).clone();
                    let namesakes = (provider.conda).namesakes(&provider.pool, provider.world, *id);
                    if !namesakes.is_empty() {
                        let name = record.package_record.name.as_normalized().to_string();
                        solution.namesakes.insert(name, namesakes);
                    }
                    solution.conda.push(record);
                }
                Candidate::Virtual(_) | Candidate::Contents(_) => {}
                Candidate::CondaExtra { package, extra } => {
                    solution.conda_extras.push((package.clone(), extra.clone()));
                }
                Candidate::Release(release) => releases.push((id, release.clone())),
                Candidate::Provided(provided) => solution.provided.push((**provided).clone()),
                Candidate::ProjectExtra { base, extra } => {
                    extras.entry(*base).or_default().push(extra.clone());
                }
            }
        }
        for (id, release) in releases {
            let extras = extras.remove(&id).unwrap_or_default();
            if release.origin == Origin::Opaque {
                let name = release.project.clone();
                solution.opaque.push(Opaque { name, extras });
                continue;
            }
            match solution.package(provider, &release, extras) {
                Some(package) => solution.pypi.push(package),
                None => return Reading::OtherFile,
            }
        }
        solution.finish(provider);
        Reading::Solution(Box::new(solution))
    }

    /// Sorts the packages, and finds those that pip overwrites.
    pub(crate) fn finish(&mut self, provider: &Provider<'_>) {
        self.conda
            .sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
        self.pypi.sort_by(|a, b| a.name.cmp(&b.name));
        self.provided.sort_by(|a, b| a.project.cmp(&b.project));
        self.opaque.sort_by(|a, b| a.name.cmp(&b.name));
        for package in &mut self.pypi {
            package.extras.sort();
        }
        self.overwritten = overwritten(provider, self);
    }

    /// The package that a chosen release is on the chosen python; `None` if its
    /// file there says something else than the one that spoke for the release.
    pub(crate) fn package(
        &self,
        provider: &Provider<'_>,
        release: &ReleaseCandidate,
        extras: Vec<ExtraName>,
    ) -> Option<PypiPackage> {
        let spoke = release.distribution.clone()?;
        let metadata = provider.metadata(release).ok()?;
        let page = provider.project(&release.project);
        let files = page
            .as_ref()
            .and_then(|page| page.releases.get(&release.version));
        let files = files
            .map(|release| release.files.as_slice())
            .unwrap_or_default();
        let python = self
            .record("python")
            .and_then(|record| provider.pythons.index_of(record));
        let target = self.known_to_pip(provider.world.target);
        let taken = match python {
            Some(python) if release.origin == Origin::Index => {
                let (project, version) = (&release.project, &release.version);
                provider.file_of(project, version, files, python, &target)?
            }
            _ => spoke.clone(),
        };
        if taken.filename != spoke.filename {
            let other = ReleaseCandidate {
                distribution: Some(taken.clone()),
                ..release.clone()
            };
            let other = provider.metadata(&other).ok()?;
            let says = |metadata: &Option<Arc<Metadata>>| {
                metadata
                    .as_ref()
                    .map(|m| (m.requires_dist.clone(), m.requires_python.clone()))
            };
            if says(&other) != says(&metadata) {
                return None;
            }
        }
        let wheel_for_other_pip = match (&taken.kind, python) {
            (DistributionKind::Source, Some(python)) if release.origin == Origin::Index => {
                provider.wheel_for_other_pip(&release.project, files, python, &target)
            }
            _ => None,
        };
        let hashes = match release.origin {
            Origin::Index => sha256(&provider.usable(&release.project, files)),
            // A release of the index with the same version is another thing.
            Origin::DirectUrl | Origin::Opaque => sha256(&[&taken]),
        };
        Some(PypiPackage {
            name: release.project.clone(),
            version: release.version.clone(),
            extras,
            direct_url: release.origin == Origin::DirectUrl,
            distribution: taken,
            metadata,
            wheel_for_other_pip,
            hashes,
        })
    }
}

/// The hashes of files as pip writes them.
fn sha256(files: &[&Arc<Distribution>]) -> Vec<String> {
    let hashes = files.iter().filter_map(|file| file.hashes.get("sha256"));
    hashes.map(|hash| format!("sha256:{hash}")).collect()
}

fn overwritten(provider: &Provider<'_>, solution: &Solution) -> Vec<(PackageName, String)> {
    let mut overwritten = Vec::new();
    let releases = solution.pypi.iter().map(|package| &package.name);
    for project in releases.chain(solution.opaque.iter().map(|opaque| &opaque.name)) {
        let Some(brought) = provider.providers.get(project) else {
            continue;
        };
        let installed = brought.keys().filter(|name| {
            solution
                .record(name)
                .is_some_and(|record| provider.brings(record, project))
        });
        overwritten.extend(installed.map(|name| (project.clone(), name.clone())));
    }
    overwritten
}

//! The solution: the packages to install.

use std::{collections::BTreeMap, sync::Arc};

use pep440_rs::Version;
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl};
use rattler_conda_types::RepoDataRecord;

use super::{
    Declared, DeclaredKind,
    record::{depends_on, pep_version},
};
use presolve_packages::pypi::{
    Distribution, Metadata, MetadataSource, pip_abilities::PipAbility, tags::WheelTarget,
};

/// The packages to install.
#[derive(Clone, Debug, Default)]
pub struct Solution {
    /// The conda records, by name.
    pub conda: Vec<RepoDataRecord>,
    /// The channels of other records that match the pin `name=version=build`, by package.
    /// Packages without such records are left out.
    pub namesakes: BTreeMap<String, Vec<String>>,
    /// The extras of conda packages that something requires (CEP 44).
    pub conda_extras: Vec<(String, String)>,
    /// The releases from PyPI, by project.
    pub pypi: Vec<PypiPackage>,
    /// The projects that the pip half requires and a conda package provides.
    pub provided: Vec<ProvidedCandidate>,
    /// The projects of lines that only third-party code can resolve.
    pub opaque: Vec<Opaque>,
    /// Projects that pip would install over what a conda package provides, with
    /// the conda package's name.
    pub overwritten: Vec<(PackageName, String)>,
    /// Whether this is the result of a pip before 20.3, which installs it although it violates
    /// a requirement.
    pub by_legacy_resolver: bool,
    /// Requirements that are not satisfied, because a pip before 20.3 ignores them.
    pub clashes: Vec<Clash>,
}

/// A requirement that an old pip ignores, because it has already seen another one on the same
/// project.
#[derive(Clone, Debug)]
pub struct Clash {
    /// The project whose release has the requirement.
    pub project: PackageName,
    /// The chosen version of that project.
    pub version: Version,
    /// The requirement that is not satisfied.
    pub requirement: Requirement<VerbatimUrl>,
    /// The installed version of the required project.
    pub installed: Version,
    /// The index of the declared line that leads to the project.
    pub line: usize,
}

/// A release to be installed from PyPI.
#[derive(Clone, Debug)]
pub struct PypiPackage {
    /// The normalised name of the project.
    pub name: PackageName,
    /// The chosen release, local version included.
    pub version: Version,
    /// The extras that something requires.
    pub extras: Vec<ExtraName>,
    /// Whether the pip list names it by the URL of an archive.
    pub direct_url: bool,
    /// The file that pip installs.
    pub distribution: Arc<Distribution>,
    /// The metadata of the file; `None` if it is unknown before a build.
    pub metadata: Option<Arc<Metadata>>,
    /// A wheel that fits but that the pip of the solution rejects, with the missing ability.
    /// Only set if pip installs a source distribution.
    pub wheel_for_other_pip: Option<(String, PipAbility)>,
    /// The hashes of the files that pip may install, `sha256:…`. Files that `--only-binary`,
    /// `--no-binary` and declared hashes exclude are left out.
    pub hashes: Vec<String>,
}

impl PypiPackage {
    /// Returns where the metadata was read from; `None` without metadata.
    pub fn metadata_source(&self) -> Option<MetadataSource> {
        self.metadata.as_ref().map(|metadata| metadata.source)
    }
}

/// A project of a line that only third-party code can resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// The normalised name of the project.
    pub name: PackageName,
    /// The extras that something requires.
    pub extras: Vec<ExtraName>,
}

/// A PyPI project that a conda package provides, one for each version of the package.
#[derive(Clone, Debug)]
pub struct ProvidedCandidate {
    /// The project that the package provides.
    pub project: PackageName,
    /// The conda package's normalised name.
    pub conda_name: String,
    /// The version as the records write it.
    pub conda_version: String,
    /// The same version in PEP 440 form, if it is valid.
    pub version: Option<Version>,
}

impl Solution {
    /// Returns the record of a conda package.
    pub fn record(&self, name: &str) -> Option<&RepoDataRecord> {
        self.conda
            .iter()
            .find(|record| record.package_record.name.as_normalized() == name)
    }

    /// Whether a conda package depends on this package, which may be a virtual package.
    pub fn needs(&self, name: &str) -> bool {
        let mut names = self.conda.iter().flat_map(depends_on);
        names.any(|needed| needed == name)
    }

    /// Returns the version of `python` in PEP 440 form.
    pub fn python(&self) -> Option<Version> {
        pep_version(self.record("python")?)
    }

    /// Returns the version of conda's `pip`, which installs the pip half.
    pub fn pip(&self) -> Option<Version> {
        pep_version(self.record("pip")?)
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
    pub(crate) fn known_to_pip(&self, target: &WheelTarget) -> WheelTarget {
        let pip = self.pip();
        target.known_to(|ability| pip.as_ref().is_none_or(|pip| ability.is_in(pip)))
    }

    /// Returns the PyPI release of a project.
    pub fn release(&self, name: &PackageName) -> Option<&PypiPackage> {
        self.pypi.iter().find(|package| package.name == *name)
    }
}

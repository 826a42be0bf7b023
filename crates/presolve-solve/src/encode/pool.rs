//! The values behind the solver's ids: names, candidates and version sets of both halves.

use std::{collections::BTreeSet, sync::Arc};

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, PackageName};
use resolvo::SolvableId;

use crate::model::{
    python_set::PythonSet, record::RecordId, record_facts::Spec, solution::ProvidedCandidate,
};
use presolve_packages::pypi::{Distribution, ReleaseFile, pip_abilities::PipAbility};

/// The pool of the joint problem.
pub(crate) type Pool = resolvo::utils::Pool<VersionSet, Name>;

/// The names that candidates belong to.
///
/// The order is the one in which rattler compares names to break ties.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Name {
    /// An extra of a conda package (CEP 44).
    CondaExtra {
        /// The package's normalised name.
        package: String,
        /// The extra.
        extra: String,
    },
    /// A conda package or a virtual package, normalised.
    Conda(String),
    /// The capability of a PyPI project: satisfied by one of its releases or by a conda
    /// package that provides it.
    Project(PackageName),
    /// An extra of a PyPI project.
    ProjectExtra(PackageName, ExtraName),
    /// The requirements in the metadata of a release, or of an extra of a release. It is a
    /// name of its own so that the metadata is fetched only once the release is
    /// chosen, while the pythons of all releases are known beforehand.
    Contents(SolvableId),
    /// No package: the contents that are encoded together with those of this candidate.
    Ahead(SolvableId),
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Name::CondaExtra { package, extra } => write!(f, "{package}[{extra}]"),
            Name::Conda(name) => write!(f, "{name}"),
            Name::Project(name) => write!(f, "pypi:{name}"),
            Name::ProjectExtra(name, extra) => write!(f, "pypi:{name}[{extra}]"),
            Name::Contents(_) => write!(f, "contents"),
            Name::Ahead(_) => write!(f, "further contents"),
        }
    }
}

/// A set of candidates of a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum VersionSet {
    /// All candidates of the name.
    Any,
    /// The conda records that a match spec matches.
    Match(Spec),
    /// The `python` records whose version is in the set.
    Python(PythonSet),
    /// The `pip` records that have an ability.
    Pip(PipAbility),
    /// The conda records with exactly this version as written that provide the
    /// project.
    Provides(PackageName, String),
    /// The conda records that do not provide the project.
    DoesNotProvide(PackageName),
    /// The conda records that depend on one of these packages.
    DependsOn(Arc<BTreeSet<String>>),
    /// The versions of a project that its specifiers allow (PEP 440).
    Specifiers(VersionSpecifiers),
    /// Exactly this candidate.
    Exactly(SolvableId),
    /// One of these candidates.
    OneOf(Vec<SolvableId>),
}

impl resolvo::utils::VersionSet for VersionSet {
    type V = Candidate;
}

impl std::fmt::Display for VersionSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            VersionSet::Any | VersionSet::Exactly(_) | VersionSet::OneOf(_) => Ok(()),
            VersionSet::Match(spec) => write!(f, "{}", **spec),
            VersionSet::Python(_) => write!(f, "(some)"),
            VersionSet::Pip(ability) => write!(f, "{}", ability.versions()),
            VersionSet::Provides(_, version) => write!(f, "=={version}"),
            VersionSet::DoesNotProvide(_) | VersionSet::DependsOn(_) => write!(f, "(some)"),
            VersionSet::Specifiers(specifiers) => write!(f, "{specifiers}"),
        }
    }
}

/// A candidate of the solver: something that is installed or counts as installed.
#[derive(Clone, Debug)]
pub(crate) enum Candidate {
    /// A conda record.
    Record(RecordId),
    /// A virtual package, by its index among those of the target.
    Virtual(usize),
    /// An extra of a conda package.
    CondaExtra {
        /// The package's normalised name.
        package: String,
        /// The extra.
        extra: String,
    },
    /// A release of a PyPI project.
    Release(Arc<ReleaseCandidate>),
    /// A PyPI project that a conda package provides.
    Provided(Arc<ProvidedCandidate>),
    /// An extra, tied to one candidate of its project.
    ProjectExtra {
        /// The candidate of the project.
        base: SolvableId,
        /// The extra.
        extra: ExtraName,
    },
    /// The requirements in the metadata of this release, or of this extra of a release.
    Contents(SolvableId),
}

impl std::fmt::Display for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Candidate::Record(id) => write!(f, "record {}/{}", id.subdir, id.index),
            Candidate::Virtual(index) => write!(f, "virtual package {index}"),
            Candidate::CondaExtra { package, extra } => write!(f, "{package}[{extra}]"),
            Candidate::Release(release) => write!(f, "{} {}", release.project, release.version),
            Candidate::Provided(provided) => {
                write!(
                    f,
                    "conda's {} {}",
                    provided.conda_name, provided.conda_version
                )
            }
            Candidate::ProjectExtra { extra, .. } => write!(f, "[{extra}]"),
            Candidate::Contents(_) => write!(f, "contents"),
        }
    }
}

/// The origin of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An index or a `--find-links` page.
    Index,
    /// The URL of an archive in the pip list.
    DirectUrl,
    /// A line that only third-party code can resolve. It satisfies every requirement on its
    /// project, and what it requires is not known.
    Opaque,
}

/// A release of a PyPI project.
#[derive(Clone, Debug)]
pub(crate) struct ReleaseCandidate {
    /// The project that the candidate belongs to.
    pub project: PackageName,
    /// The version from the index or the file name; 0 for an opaque release.
    pub version: Version,
    /// The source that lists its files.
    pub origin: Origin,
    /// The pythons on which one of its files can be installed.
    pub pythons: PythonSet,
    /// The abilities that pip needs, each with the pythons that do not need it. Only abilities
    /// that the allowed pips do not share are listed.
    pub pip: Vec<(PipAbility, PythonSet)>,
    /// The file whose metadata represents the release: the one that pip selects on the newest
    /// of the pythons. `None` for an opaque release.
    pub file: Option<ReleaseFile>,
}

impl ReleaseCandidate {
    /// The file whose metadata represents the release.
    pub(crate) fn distribution(&self) -> Option<&Arc<Distribution>> {
        self.file.as_ref()?.distribution()
    }
}

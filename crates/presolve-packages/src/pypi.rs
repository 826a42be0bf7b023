//! What an index has, what a distribution requires, and on which Python and platform it can
//! be installed.

use std::{collections::BTreeMap, sync::Arc};

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl};

use crate::error::IndexError;

pub mod filename;
pub mod fixups;
pub mod metadata;
pub mod pip_abilities;
pub mod source_build;
pub mod tags;

/// Distributions of a project on all indexes.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The releases by version.
    pub releases: BTreeMap<Version, Release>,
}

/// A version of a project.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// The files, in the order in which the indexes give them.
    pub files: Vec<Arc<Distribution>>,
}

/// A file of a release.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// The file's name.
    pub filename: String,
    /// Where it is; may hold credentials, so it is never printed as it is.
    pub url: url::Url,
    /// Wheel or source distribution.
    pub kind: DistributionKind,
    /// `requires-python` as the index tells it (PEP 503).
    pub requires_python: Option<VersionSpecifiers>,
    /// Yanked, with the reason if there is one (PEP 592).
    pub yanked: Option<String>,
    /// Hashes by algorithm, lower-case hexadecimal.
    pub hashes: BTreeMap<String, String>,
    /// The index has the metadata as `<url>.metadata` (PEP 658, PEP 714).
    pub has_metadata_file: bool,
    /// Hashes of that metadata file, by algorithm, lower-case hexadecimal.
    pub metadata_hashes: BTreeMap<String, String>,
    /// When it was uploaded, where the index tells (PEP 700).
    pub upload_time: Option<jiff::Timestamp>,
    /// The index that lists it; none for a page of links and for a URL of its own.
    /// May hold credentials.
    pub index: Option<Arc<url::Url>>,
}

/// Wheel or source distribution.
#[derive(Clone, Debug)]
pub enum DistributionKind {
    /// A wheel with the compressed tag sets of its name.
    Wheel(tags::WheelTags),
    /// A source distribution.
    Source,
}

/// What a distribution says of itself (the core metadata).
#[derive(Clone, Debug)]
pub struct Metadata {
    /// `Requires-Dist`.
    pub requires_dist: Vec<Requirement<VerbatimUrl>>,
    /// `Provides-Extra`.
    pub provides_extras: Vec<ExtraName>,
    /// `Requires-Python`.
    pub requires_python: Option<VersionSpecifiers>,
    /// A `Requires-Dist` breaks PEP 508 or PEP 440 and was read as meant.
    pub is_repaired: bool,
    /// File or API that provided the metadata.
    pub source: MetadataSource,
}

/// Where [`Metadata`] was read, which says how far it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum MetadataSource {
    /// A wheel's `METADATA`.
    Wheel,
    /// A source distribution's `PKG-INFO` whose dependencies are not `Dynamic`
    /// (PEP 643).
    StaticPkgInfo,
    /// The `requires.txt` in a source distribution's egg-info: what the build
    /// said on the machine that made the archive. An assumption.
    EggInfo,
}

/// The answer for a distribution's metadata.
#[derive(Clone, Debug)]
pub enum MetadataAnswer {
    /// It is known.
    Known(Arc<Metadata>),
    /// It cannot be known without running the build, for this reason.
    NeedsBuild(String),
    /// The file or its metadata is broken: pip would skip or refuse it.
    Invalid(String),
    /// Its build ends with an error on purpose, for this reason.
    Unbuildable(String),
}

/// What the solver asks of PyPI.
///
/// The answers do not depend on when they are asked, so a solve gives the same
/// result however fast the network is.
pub trait PypiSource {
    /// What the indexes have of `name`; `None` if none knows it.
    ///
    /// # Errors
    /// [`IndexError`] when an index cannot be asked. So for the other questions.
    fn project(&self, name: &PackageName) -> Result<Option<Arc<Project>>, IndexError>;

    /// Returns the metadata of `distribution` of the project `name`.
    fn metadata(
        &self,
        name: &PackageName,
        distribution: &Arc<Distribution>,
    ) -> Result<MetadataAnswer, IndexError>;

    /// What the archive of a source distribution of `name` shows of its build;
    /// `None` for wheels, and where it cannot be read.
    fn source_build(
        &self,
        _name: &PackageName,
        _distribution: &Arc<Distribution>,
    ) -> Result<Option<Arc<source_build::SourceBuild>>, IndexError> {
        Ok(None)
    }

    /// Tells that `names` will probably be asked for soon.
    fn prefetch(&self, names: &[PackageName]);

    /// Tells that the metadata of these distributions of `name` will probably be
    /// asked for soon.
    fn prefetch_metadata(&self, name: &PackageName, distributions: &[Arc<Distribution>]);
}

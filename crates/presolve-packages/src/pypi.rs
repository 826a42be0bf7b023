//! Projects and distributions of an index, their requirements, and the Python versions and
//! platforms that they support.

use std::{collections::BTreeMap, sync::Arc};

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl};

use crate::error::IndexError;

pub mod filename;
pub mod fixups;
pub mod metadata;
pub mod overlaps;
pub mod pip_abilities;
pub mod source_build;
pub mod tags;

/// A project with its releases from all indexes.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Releases by version.
    pub releases: BTreeMap<Version, Release>,
}

/// A release of a project.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// Distributions, in the order in which the indexes list them.
    pub files: Vec<Arc<Distribution>>,
}

/// A distribution of a release.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// File name, without a folder.
    pub filename: String,
    /// URL of the file; may contain credentials, so it is never printed unredacted.
    pub url: url::Url,
    /// Wheel or source distribution, with the tags of a wheel.
    pub kind: DistributionKind,
    /// `requires-python` of the index (PEP 503); `None` if it is missing or invalid.
    pub requires_python: Option<VersionSpecifiers>,
    /// Reason for which it was yanked, possibly empty; `None` if it was not yanked (PEP 592).
    pub yanked: Option<String>,
    /// Hashes by algorithm, lower-case hexadecimal.
    pub hashes: BTreeMap<String, String>,
    /// Whether the index serves the metadata as `<url>.metadata` (PEP 658, PEP 714).
    pub has_metadata_file: bool,
    /// Hashes of the metadata file by algorithm, lower-case hexadecimal.
    pub metadata_hashes: BTreeMap<String, String>,
    /// Upload time; `None` if the index does not provide it (PEP 700).
    pub upload_time: Option<jiff::Timestamp>,
    /// Index that lists the file; `None` for a page of links and for a direct URL. May contain
    /// credentials.
    pub index: Option<Arc<url::Url>>,
}

/// Kind of a distribution.
#[derive(Clone, Debug)]
pub enum DistributionKind {
    /// A wheel with the compressed tag sets of its file name.
    Wheel(tags::WheelTags),
    /// A source distribution.
    Source,
}

/// Core metadata of a distribution.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Dependencies (`Requires-Dist`).
    pub requires_dist: Vec<Requirement<VerbatimUrl>>,
    /// Extras (`Provides-Extra`).
    pub provides_extras: Vec<ExtraName>,
    /// Supported Python versions (`Requires-Python`); `None` if missing or invalid.
    pub requires_python: Option<VersionSpecifiers>,
    /// Whether a `Requires-Dist` was invalid by PEP 508 or PEP 440 and was repaired.
    pub is_repaired: bool,
    /// File or API that provided the metadata.
    pub source: MetadataSource,
}

/// Source of [`Metadata`], which decides how reliable it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum MetadataSource {
    /// `METADATA` of a wheel.
    Wheel,
    /// `PKG-INFO` of a source distribution whose dependencies are not `Dynamic` (PEP 643).
    StaticPkgInfo,
    /// `requires.txt` in the egg-info of a source distribution: the result of the build on the
    /// machine that made the archive. It is an assumption for other machines.
    EggInfo,
}

/// Result of a query for the metadata of a distribution.
#[derive(Clone, Debug)]
pub enum MetadataAnswer {
    /// Metadata that was found without a build.
    Known(Arc<Metadata>),
    /// Only a build can provide the metadata. Holds the reason.
    NeedsBuild(String),
    /// The file or its metadata is broken, so pip skips or rejects it. Holds the reason.
    Invalid(String),
    /// The build always fails. Holds the reason.
    Unbuildable(String),
}

/// Access of the solver to PyPI indexes.
///
/// Answers do not depend on the time of a query, so the result of a solve does not depend on
/// the speed of the network.
pub trait PypiSource {
    /// The project `name` on all indexes; `None` if no index has it.
    ///
    /// # Errors
    /// [`IndexError`] if an index does not answer. The same applies to the other methods.
    fn project(&self, name: &PackageName) -> Result<Option<Arc<Project>>, IndexError>;

    /// Returns the metadata of `distribution` of the project `name`.
    fn metadata(
        &self,
        name: &PackageName,
        distribution: &Arc<Distribution>,
    ) -> Result<MetadataAnswer, IndexError>;

    /// Build requirements from the archive of a source distribution of `name`; `None` for
    /// wheels, and if the archive cannot be read.
    fn source_build(
        &self,
        _name: &PackageName,
        _distribution: &Arc<Distribution>,
    ) -> Result<Option<Arc<source_build::SourceBuild>>, IndexError> {
        Ok(None)
    }

    /// Announces that the solver will probably query the projects `names` soon.
    fn prefetch(&self, names: &[PackageName]);

    /// Announces that the solver will probably query the metadata of these distributions of
    /// `name` soon.
    fn prefetch_metadata(&self, name: &PackageName, distributions: &[Arc<Distribution>]);
}

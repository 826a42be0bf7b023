//! Projects and distributions of an index, their requirements, and the Python versions and
//! platforms that they support.

use std::sync::Arc;

use pep440_rs::VersionSpecifiers;
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl};

use crate::error::IndexError;

pub mod filename;
pub mod fixups;
pub mod metadata;
pub mod overlaps;
pub mod page;
pub mod pip_abilities;
mod release;
pub mod source_build;
pub mod tags;

pub use release::{Distribution, DistributionKind, Listed, Project, Release, ReleaseFile, Support};

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

//! The errors of a resolution, as data.

use presolve_packages::error::{FetchError, IndexError};
use presolve_registry::{
    conda::error::{ChannelError, MappingError, SubdirError, VirtualPackageError},
    network::SetupError,
    pypi::osv::DatabaseError,
};
use presolve_solve::SolveError;
use presolve_spec::Spanned;
use presolve_text::diagnostic::Failure;

/// The reason for which a file has no result. "No solution" is a result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ResolveError {
    /// The file or the settings cannot be used, or presolve itself failed.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// No platform is set, and conda has none for this machine.
    #[error("conda does not support this machine's platform")]
    NoPlatform,
    /// The file was pinned for an unknown platform.
    #[error("`{}` is not a conda platform", .0.value)]
    PinnedPlatform(Spanned<String>),
    /// The network client cannot be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The virtual packages of the target cannot be determined.
    #[error(transparent)]
    VirtualPackage(#[from] VirtualPackageError),
    /// A channel cannot be read.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The mapping of names from the settings cannot be used.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The advisories from the settings cannot be used.
    #[error(transparent)]
    Advisories(#[from] DatabaseError),
    /// The solver has no answer.
    #[error(transparent)]
    Solve(#[from] SolveError),
}

impl ResolveError {
    /// Whether the time limit passed.
    pub fn is_deadline(&self) -> bool {
        matches!(self, Self::Solve(error) if error.is_deadline())
    }

    /// Whether a channel refuses access, which does not mean that the file is wrong.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Channel(ChannelError::Subdir { error, .. })
            if matches!(**error, SubdirError::Fetch(FetchError::Denied { .. })))
    }
}

impl From<IndexError> for ResolveError {
    fn from(error: IndexError) -> Self {
        Self::Solve(error.into())
    }
}

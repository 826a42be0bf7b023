//! Errors of conda channels, the name mapping and virtual packages, as data.

use rattler_conda_types::Subdir;

use super::channels::SpecChannel;
use presolve_packages::error::FetchError;
use presolve_text::{diagnostic::Location, secrets::redact_url};

/// Why the channels of a file cannot be determined or read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChannelError {
    /// A channel contains a login but is not a URL.
    #[error("{reason}")]
    LoginWithoutUrl {
        /// The redacted text, and how to write it.
        reason: String,
        /// Location in the file; `None` if a setting contains the text.
        location: Option<Location>,
    },
    /// A text is not a channel.
    #[error("`{text}` is not a channel")]
    Malformed {
        /// Text, redacted.
        text: String,
        /// Location in the file; `None` if a setting contains the text.
        location: Option<Location>,
    },
    /// A subdir of a channel cannot be read.
    #[error("channel `{name}`: {error}")]
    Subdir {
        /// Display name of the channel, redacted.
        name: String,
        /// URL of the channel, redacted.
        address: String,
        /// Location in the file; `None` if a setting names the channel.
        location: Option<Location>,
        /// Why the subdir cannot be read.
        error: Box<SubdirError>,
    },
    /// An archive that a match spec names by URL cannot be read.
    #[error("cannot read a package: {0}")]
    Archive(String),
}

impl ChannelError {
    pub(super) fn of_subdir(channel: &SpecChannel, error: SubdirError) -> Self {
        Self::Subdir {
            name: channel.name.clone(),
            address: redact_url(channel.channel.base_url.as_ref()),
            location: channel.location.clone(),
            error: Box::new(error),
        }
    }
}

/// Why a subdir of a channel, or a package in it, cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubdirError {
    /// A file of the subdir cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The channel does not exist: no form of this subdir exists.
    #[error("there is no {0}/repodata.json")]
    Missing(Subdir),
    /// A local file cannot be read.
    #[error("cannot read the repodata: {0}")]
    Local(String),
    /// The repodata as a whole is invalid.
    #[error("cannot read the repodata: {0}")]
    Invalid(String),
    /// The records of a package are invalid.
    #[error("cannot read the repodata of package `{name}`: {reason}")]
    Shard {
        /// Name of the package.
        name: String,
        /// Cause, as a sentence.
        reason: String,
    },
    /// Offline, and the records of this package are not in the cache.
    #[error("the records of package `{0}` are not in the cache")]
    ShardNotCached(String),
    /// The cached file is damaged, and the server no longer has it.
    #[error("the cached repodata is damaged")]
    Damaged,
}

/// Why a mapping from the settings cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MappingError {
    /// The mapping does not exist or is invalid.
    #[error("cannot use the name mapping `{place}`: {reason}")]
    Unusable {
        /// Path or URL, redacted.
        place: String,
        /// Cause, as a sentence.
        reason: String,
    },
    /// The server of the mapping fails.
    #[error("cannot fetch the name mapping `{place}`: {error}")]
    Unreachable {
        /// URL, redacted.
        place: String,
        /// Error of the request.
        error: FetchError,
    },
}

/// Why the virtual packages of the target cannot be determined.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum VirtualPackageError {
    /// The value of an override is invalid.
    #[error("{source_of} is invalid: {reason}")]
    Invalid {
        /// Name of the variable, or text of the override.
        source_of: String,
        /// Cause, as a sentence.
        reason: String,
    },
    /// The virtual packages of this machine cannot be detected.
    #[error("cannot detect the virtual packages of this machine: {0}")]
    Undetected(String),
}

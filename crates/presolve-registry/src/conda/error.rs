//! Why the conda half cannot be read, as data.

use rattler_conda_types::Subdir;

use super::channels::SpecChannel;
use presolve_packages::error::FetchError;
use presolve_text::{diagnostic::Location, secrets::redact_url};

/// Why the channels of a file cannot be determined or read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChannelError {
    /// A text has a login, but is not a URL.
    #[error("{reason}")]
    LoginWithoutUrl {
        /// The text, masked, and what it would have to be.
        reason: String,
        /// Where the file has it; none if a setting has it.
        location: Option<Location>,
    },
    /// A text does not name a channel.
    #[error("`{text}` is not a channel")]
    Malformed {
        /// The text, masked.
        text: String,
        /// Where the file has it; none if a setting has it.
        location: Option<Location>,
    },
    /// A subdir of a channel cannot be read.
    #[error("channel `{name}`: {error}")]
    Subdir {
        /// The user's name of the channel, masked.
        name: String,
        /// The URL of the channel, masked.
        address: String,
        /// Where the file names it; none if a setting does.
        location: Option<Location>,
        /// Cause.
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

/// Why a subdir of a channel, or a package of it, cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubdirError {
    /// A file of the subdir cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// There is no such channel: it lacks this subdir in every form.
    #[error("there is no {0}/repodata.json")]
    Missing(Subdir),
    /// A local file cannot be read.
    #[error("cannot read the repodata: {0}")]
    Local(String),
    /// The repodata cannot be used as a whole.
    #[error("cannot read the repodata: {0}")]
    Invalid(String),
    /// The records of a package cannot be read.
    #[error("cannot read the repodata of package `{name}`: {reason}")]
    Shard {
        /// The package.
        name: String,
        /// Cause, in a sentence.
        reason: String,
    },
    /// Offline, and the records of this package were never fetched.
    #[error("the records of package `{0}` are not in the cache")]
    ShardNotCached(String),
    /// The file in the cache is not what was written, and is gone from the server.
    #[error("the cached repodata is damaged")]
    Damaged,
}

/// Why the mapping of names that the settings name cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MappingError {
    /// Its text is not a mapping, or there is no text.
    #[error("cannot use the name mapping `{place}`: {reason}")]
    Unusable {
        /// Its path or URL, masked.
        place: String,
        /// Cause, in a sentence.
        reason: String,
    },
    /// Its server does not give it.
    #[error("cannot fetch the name mapping `{place}`: {error}")]
    Unreachable {
        /// Its URL, masked.
        place: String,
        /// Cause.
        error: FetchError,
    },
}

/// Why the virtual packages of the target cannot be determined.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum VirtualPackageError {
    /// An override has no meaning.
    #[error("{source_of} is invalid: {reason}")]
    Invalid {
        /// The variable, or the text of the override.
        source_of: String,
        /// Cause, in a sentence.
        reason: String,
    },
    /// Those of this machine cannot be detected.
    #[error("cannot detect the virtual packages of this machine: {0}")]
    Undetected(String),
}

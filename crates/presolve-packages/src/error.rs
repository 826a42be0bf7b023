//! Errors of channels and indexes, as data.

use std::time::Duration;

use http::StatusCode;

/// Why there is no usable response. Every URL is redacted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FetchError {
    /// Offline, and the URL is not in the cache.
    #[error("offline, and `{0}` is not in the cache")]
    Offline(String),
    /// HTTP status 401 or 403.
    #[error("`{url}` denies access ({status})")]
    Denied {
        /// Requested URL, redacted.
        url: String,
        /// HTTP status of the response.
        status: StatusCode,
    },
    /// An unexpected HTTP status, after retries.
    #[error("`{url}` responds with {status}{}", asked_to_wait(*.wait))]
    Status {
        /// Requested URL, redacted.
        url: String,
        /// HTTP status of the response.
        status: StatusCode,
        /// Pause that the server asks for; `None` unless it is too long to wait.
        wait: Option<Duration>,
    },
    /// No response, after retries.
    #[error("cannot fetch `{url}`: {reason}")]
    Network {
        /// Requested URL, redacted.
        url: String,
        /// Error message with its causes.
        reason: String,
    },
    /// The body exceeds its size limit.
    #[error("`{url}` is larger than {limit} bytes, or unpacks to an implausible size")]
    TooLarge {
        /// Requested URL, redacted.
        url: String,
        /// Limit in bytes.
        limit: u64,
    },
    /// The body has the wrong hash, after a second attempt.
    #[error("`{url}` does not have the hash that the index lists")]
    WrongHash {
        /// Requested URL, redacted.
        url: String,
        /// SHA-256 that the index lists.
        expected: String,
        /// SHA-256 of the body.
        found: String,
    },
    /// There is no disk space for the body.
    #[error("cannot store `{url}` in a temporary file: {reason}")]
    Unwritable {
        /// Requested URL, redacted.
        url: String,
        /// Error of the system.
        reason: String,
    },
    /// The body is not in the expected format.
    #[error("cannot read `{url}`: {reason}")]
    Unreadable {
        /// Requested URL, redacted.
        url: String,
        /// Why the body cannot be read.
        reason: String,
    },
}

fn asked_to_wait(wait: Option<Duration>) -> String {
    wait.map_or(String::new(), |wait| {
        format!(" and asks to wait for {} s", wait.as_secs())
    })
}

/// Why an index does not provide an answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum IndexError {
    /// The deadline passed before the answer arrived.
    #[error("no answer from the index within the time limit")]
    Deadline {
        /// Hosts that had not responded.
        waiting_for: Vec<String>,
    },
    /// A page or a file cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A page or a file, fetched or local, cannot be parsed.
    #[error("cannot read `{url}`: {reason}")]
    Unreadable {
        /// URL, redacted.
        url: String,
        /// Why it cannot be parsed.
        reason: String,
    },
}

impl FetchError {
    /// Requested URL, redacted.
    pub fn url(&self) -> &str {
        match self {
            Self::Offline(url)
            | Self::Denied { url, .. }
            | Self::Status { url, .. }
            | Self::Network { url, .. }
            | Self::TooLarge { url, .. }
            | Self::WrongHash { url, .. }
            | Self::Unwritable { url, .. }
            | Self::Unreadable { url, .. } => url,
        }
    }
}

impl IndexError {
    /// URL of the page or file, redacted; `None` for a deadline.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Deadline { .. } => None,
            Self::Fetch(error) => Some(error.url()),
            Self::Unreadable { url, .. } => Some(url),
        }
    }
}

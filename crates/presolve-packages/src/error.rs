//! Why a channel or an index gives no answer, as data.

use std::time::Duration;

use http::StatusCode;

/// Why there is no usable response. Every URL is redacted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FetchError {
    /// Offline, and it was never fetched.
    #[error("offline, and `{0}` is not in the cache")]
    Offline(String),
    /// 401 or 403.
    #[error("`{url}` denies access ({status})")]
    Denied {
        /// Requested URL, redacted.
        url: String,
        /// HTTP status of the response.
        status: StatusCode,
    },
    /// Another status that is not an answer, after retries.
    #[error("`{url}` responds with {status}{}", asked_to_wait(*.wait))]
    Status {
        /// Requested URL, redacted.
        url: String,
        /// HTTP status of the response.
        status: StatusCode,
        /// How long the server asks to wait, if that is too long to wait for.
        wait: Option<Duration>,
    },
    /// No answer, after retries.
    #[error("cannot fetch `{url}`: {reason}")]
    Network {
        /// Requested URL, redacted.
        url: String,
        /// The error with its causes.
        reason: String,
    },
    /// The body is larger than it may be.
    #[error("`{url}` is larger than {limit} bytes, or unpacks to an implausible size")]
    TooLarge {
        /// Requested URL, redacted.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The body does not have its hash, after a second attempt.
    #[error("`{url}` does not have the hash that the index lists")]
    WrongHash {
        /// Requested URL, redacted.
        url: String,
        /// The SHA-256 that the index lists.
        expected: String,
        /// The SHA-256 of the body.
        found: String,
    },
    /// There is no room for the body.
    #[error("cannot store `{url}` in a temporary file: {reason}")]
    Unwritable {
        /// Requested URL, redacted.
        url: String,
        /// Error that the system reported.
        reason: String,
    },
    /// The body is not what the URL stands for.
    #[error("cannot read `{url}`: {reason}")]
    Unreadable {
        /// Requested URL, redacted.
        url: String,
        /// Reason for which the body cannot be read.
        reason: String,
    },
}

fn asked_to_wait(wait: Option<Duration>) -> String {
    wait.map_or(String::new(), |wait| {
        format!(" and asks to wait for {} s", wait.as_secs())
    })
}

/// Why an index gives no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum IndexError {
    /// The deadline passed before the answer was there.
    #[error("no answer from the index within the time limit")]
    Deadline {
        /// The hosts that had not responded.
        waiting_for: Vec<String>,
    },
    /// A page or a file cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A page or a file was fetched, or is local, and cannot be read.
    #[error("cannot read `{url}`: {reason}")]
    Unreadable {
        /// Its URL, redacted.
        url: String,
        /// Reason for which it cannot be read.
        reason: String,
    },
}

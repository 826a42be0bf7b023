//! Why a URL gives no usable response, and what the user can do about it.

use std::time::Duration;

use reqwest::StatusCode;

use presolve_text::diagnostic::{Diagnostic, Failure};

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

impl FetchError {
    /// The failure of an index, with its next step.
    pub fn into_failure(self) -> Failure {
        let message = self.to_string();
        let (name, help) = match &self {
            FetchError::Offline(_) => (
                "offline-miss",
                "run once without `--offline` to fill the cache",
            ),
            FetchError::Denied { .. } => (
                "access-denied",
                "give credentials in `~/.netrc`, with `rattler auth login`, or in the index's URL (`https://user:token@host/`), for example through `PIP_INDEX_URL` or `PIP_EXTRA_INDEX_URL`",
            ),
            FetchError::Status { .. } | FetchError::Network { .. } => (
                "index-unreachable",
                "check the network, `HTTPS_PROXY` and `NO_PROXY`, and the index's URL, or use the cache with `--offline`",
            ),
            FetchError::TooLarge { .. } => (
                "response-too-large",
                "check that the URL is the URL of a package index",
            ),
            FetchError::Unwritable { .. } => (
                "unwritable-temporary-file",
                "free some space in the folder for temporary files, or set another one with `TMPDIR`",
            ),
            FetchError::WrongHash { .. } => (
                "hash-mismatch",
                "try again; if the hash stays wrong, a proxy or the index changes the file: report it to their operator",
            ),
            FetchError::Unreadable { .. } => (
                "unreadable-index",
                "check that the URL is a simple index or a page of links, and that no proxy or login page responds instead",
            ),
        };
        let diagnostic = Diagnostic::error(name, message).help(help);
        Failure::undecided(match &self {
            FetchError::WrongHash {
                expected, found, ..
            } => diagnostic.note(format!("expected sha256 {expected}, found {found}")),
            _ => diagnostic,
        })
    }
}

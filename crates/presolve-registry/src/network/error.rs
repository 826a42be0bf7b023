//! Why the network client cannot be set up, as data.

/// Why there is no network client.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SetupError {
    /// A variable for a time limit has another value.
    #[error("`{variable}` is `{value}`, which is not a time")]
    NotATime {
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
    },
    /// Certificates, credentials or the system's TLS cannot be used.
    #[error("{what}: {reason}")]
    Unusable {
        /// What failed, in a sentence.
        what: String,
        /// The error with its causes.
        reason: String,
    },
}

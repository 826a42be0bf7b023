//! Errors of the network setup, as data.

/// Why the network client cannot be created.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SetupError {
    /// A variable for a time limit is not a positive number of seconds.
    #[error("`{variable}` is `{value}`, which is not a time")]
    NotATime {
        /// Name of the variable.
        variable: &'static str,
        /// Invalid value.
        value: String,
    },
    /// The certificates, the credentials or the TLS library cannot be used.
    #[error("{what}: {reason}")]
    Unusable {
        /// Failed step, as a sentence.
        what: String,
        /// Error message with its causes.
        reason: String,
    },
}

//! The channels of a file: what a name stands for, in which order, and how it
//! is written back.

use rattler_conda_types::Channel;

use crate::diagnostic::Location;

/// A channel that takes part in a solve.
#[derive(Clone, Debug)]
pub struct SpecChannel {
    /// The channel; its URL may hold credentials, so it is never printed.
    pub channel: Channel,
    /// The name by which the user knows it, with credentials masked.
    pub name: String,
    /// What a pinned file lists for it: the name where that is enough, else the
    /// URL or path as written. Holds credentials only where the file does.
    pub explicit: String,
    /// Where it was named, if in a file that the user wrote for presolve.
    pub location: Option<Location>,
}

/// A channel's text with passwords and tokens masked.
pub fn mask(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(url) => rattler_redaction::Redact::redact(url).to_string(),
        Err(_) => text.to_owned(),
    }
}

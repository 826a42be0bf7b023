//! Why repodata cannot be had, and what to tell the user.

use rattler_conda_types::Subdir;
use rattler_repodata_gateway::GatewayError;

use super::about_channel;
use crate::{
    conda::channels::SpecChannel,
    network::{causes, fetch::FetchError},
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind},
    secrets::{self, redact_url},
};

/// Why a subdir of a channel, or a package of it, cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SubdirError {
    /// The server's answer.
    Fetch(FetchError),
    /// There is no such channel: it lacks this subdir in every form.
    Missing(Subdir),
    /// A local file cannot be read.
    Local(String),
    /// The repodata cannot be used as a whole.
    Invalid(String),
    /// The records of a package cannot be read.
    Shard {
        /// The package.
        name: String,
        /// Cause, in a sentence.
        reason: String,
    },
    /// Offline, and the records of this package were never fetched.
    ShardNotCached(String),
    /// The file in the cache is not what was written, and is gone from the server.
    Damaged,
}

impl SubdirError {
    /// The failure, at the line that names the channel.
    pub(super) fn failure(&self, channel: &SpecChannel) -> Failure {
        let subject = format!("channel `{}`", channel.name);
        let (kind, diagnostic) = self.explain(&subject, channel);
        let url: &url::Url = channel.channel.base_url.as_ref();
        let diagnostic = diagnostic.note(format!("the address is {}", redact_url(url)));
        Failure::new(kind, about_channel(diagnostic, Some(channel)))
    }

    fn explain(&self, subject: &str, channel: &SpecChannel) -> (FailureKind, Diagnostic) {
        let undecided = |diagnostic| (FailureKind::Undecided, diagnostic);
        match self {
            SubdirError::Fetch(error) => fetching(error, subject, channel),
            SubdirError::Missing(subdir) => (
                FailureKind::Input,
                not_a_channel(subject, subdir.as_str(), channel),
            ),
            SubdirError::Local(reason) => (
                FailureKind::Input,
                unreadable(subject, reason).help(
                    "check that the folder is a conda channel: `conda index` writes its repodata",
                ),
            ),
            SubdirError::Invalid(reason) => {
                undecided(unreadable(subject, reason).help("report it to the channel's owner"))
            }
            SubdirError::Shard { name, reason } => undecided(
                unreadable(&format!("package `{name}` of {subject}"), reason)
                    .help("try again; if the error persists, report it to the channel's owner"),
            ),
            SubdirError::ShardNotCached(name) => undecided(not_cached(
                &format!("package `{name}` of {subject}"),
                channel,
            )),
            SubdirError::Damaged => undecided(
                unreadable(subject, "its cached file is damaged").help("run the command again"),
            ),
        }
    }
}

/// The failure of an archive that a spec names by URL.
pub(super) fn of_gateway(error: &GatewayError) -> Failure {
    let message = format!("cannot read a package: {}", secrets::redact(&causes(error)));
    let diagnostic = Diagnostic::error("unreadable-package", message)
        .help("check the URL of the package and the network");
    Failure::undecided(diagnostic)
}

fn fetching(error: &FetchError, subject: &str, channel: &SpecChannel) -> (FailureKind, Diagnostic) {
    match error {
        FetchError::Offline(_) => {
            let what = format!("the repodata of {subject}");
            (FailureKind::Undecided, not_cached(&what, channel))
        }
        FetchError::Denied { status, .. } => {
            let what = match status.as_u16() {
                401 => "asks for credentials (401)",
                _ => "denies access (403)",
            };
            let diagnostic = Diagnostic::error("channel-refused", format!("{subject} {what}"))
                .help("give the credentials in ~/.netrc, or log in with `rattler auth login`");
            (FailureKind::Input, diagnostic)
        }
        FetchError::Status { .. } | FetchError::Network { .. } => {
            let message = format!("cannot reach {subject}: {error}");
            let diagnostic = Diagnostic::error("unreachable-channel", message).help(
                "check the network and the proxy settings, or use the cache with `--offline`",
            );
            (FailureKind::Undecided, diagnostic)
        }
        FetchError::TooLarge { .. }
        | FetchError::Unwritable { .. }
        | FetchError::WrongHash { .. }
        | FetchError::Unreadable { .. } => (
            FailureKind::Undecided,
            unreadable(subject, &error.to_string()).help(
                "check the URL of the channel, and that no proxy or login page responds instead",
            ),
        ),
    }
}

fn unreadable(subject: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot read the repodata of {subject}: {reason}");
    Diagnostic::error("unreadable-channel", message)
}

fn not_cached(what: &str, channel: &SpecChannel) -> Diagnostic {
    let name = &channel.name;
    Diagnostic::error("not-cached", format!("{what} is not in the cache")).help(format!(
        "run once without `--offline` where `{name}` can be reached"
    ))
}

fn not_a_channel(subject: &str, subdir: &str, channel: &SpecChannel) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "unknown-channel",
        format!("{subject} does not exist: there is no {subdir}/repodata.json"),
    );
    if channel.name.contains("://") {
        diagnostic.help(
            "check the spelling of the URL; it must be the URL of the folder that contains `noarch`",
        )
    } else {
        diagnostic.help(
            "check the spelling of the name, and `channel-alias` if it is not a public channel",
        )
    }
}

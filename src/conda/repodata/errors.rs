//! What to tell the user when repodata cannot be had.

use std::error::Error;

use rattler_redaction::Redact;
use rattler_repodata_gateway::{GatewayError, fetch::FetchRepoDataError};
use reqwest::StatusCode;
use url::Url;

use super::{about_channel, channel_of_url};
use crate::{
    conda::channels::SpecChannel,
    diagnostic::{Diagnostic, Failure, FailureKind},
};

/// The failure that an error of the gateway amounts to.
pub(super) fn failure(error: &GatewayError, channels: &[SpecChannel], offline: bool) -> Failure {
    let url = url_of(error);
    let channel = match error {
        GatewayError::SubdirNotFoundError(missing) => channels
            .iter()
            .find(|channel| channel.channel.base_url == missing.channel.base_url),
        _ => url.as_ref().and_then(|url| channel_of_url(url, channels)),
    };
    let subject = match (channel, &url) {
        (Some(channel), _) => format!("channel `{}`", channel.name),
        (None, Some(url)) => format!("`{}`", url.clone().redact()),
        // With one channel there is no doubt which one it is.
        (None, None) => match channels {
            [only] => format!("channel `{}`", only.name),
            _ => "a channel".to_owned(),
        },
    };
    let (kind, mut diagnostic) = explain(error, &subject, channel, offline);
    if let Some(url) = url {
        diagnostic = diagnostic.note(format!("the address is {}", url.redact()));
    } else if let Some(channel) = channel {
        let address = channel.channel.canonical_name();
        diagnostic = diagnostic.note(format!("the address is {address}"));
    }
    Failure::new(kind, about_channel(diagnostic, channel))
}

fn explain(
    error: &GatewayError,
    subject: &str,
    channel: Option<&SpecChannel>,
    offline: bool,
) -> (FailureKind, Diagnostic) {
    if is_not_cached(error) {
        return (FailureKind::Undecided, not_cached(error, subject, channel));
    }
    if let GatewayError::SubdirNotFoundError(missing) = error {
        return (
            FailureKind::Input,
            not_a_channel(subject, &missing.subdir, channel),
        );
    }
    let http = find::<reqwest::Error>(error);
    if let Some(status) = http.and_then(reqwest::Error::status)
        && let Some(diagnostic) = refused(subject, status)
    {
        return (FailureKind::Input, diagnostic);
    }
    if http.is_some() || is_middleware(error) {
        return (FailureKind::Undecided, unreachable(subject, error, offline));
    }
    let kind = match error {
        GatewayError::IoError(..) | GatewayError::UnsupportedUrl(_) => FailureKind::Input,
        _ => FailureKind::Undecided,
    };
    let message = format!("cannot read the repodata of {subject}: {}", causes(error));
    let diagnostic = Diagnostic::error("unreadable-channel", message)
        .help("if the file came over the network, try again; it may have been cut short");
    (kind, diagnostic)
}

fn not_cached(error: &GatewayError, subject: &str, channel: Option<&SpecChannel>) -> Diagnostic {
    let what = match error {
        GatewayError::ShardNotCached(name) => format!("package `{name}` of {subject}"),
        _ => format!("the repodata of {subject}"),
    };
    let again = channel.map_or(String::new(), |channel| {
        format!(" where `{}` can be reached", channel.name)
    });
    Diagnostic::error("not-cached", format!("{what} is not in the cache"))
        .help(format!("run once without `--offline`{again}"))
}

fn not_a_channel(subject: &str, subdir: &str, channel: Option<&SpecChannel>) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "unknown-channel",
        format!("{subject} does not exist: there is no {subdir}/repodata.json"),
    );
    let is_url = channel.is_none_or(|channel| channel.name.contains("://"));
    if is_url {
        diagnostic.help(
            "check the spelling of the URL; it must be that of the folder that holds `noarch`",
        )
    } else {
        diagnostic
            .help("check the spelling of the name, and `channel-alias` if it is no public channel")
    }
}

fn refused(subject: &str, status: StatusCode) -> Option<Diagnostic> {
    let message = match status {
        StatusCode::UNAUTHORIZED => format!("{subject} asks for credentials (401)"),
        StatusCode::FORBIDDEN => format!("{subject} refuses access (403)"),
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            format!("{subject} does not exist ({})", status.as_u16())
        }
        _ => return None,
    };
    let name = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "channel-refused",
        _ => "unknown-channel",
    };
    let diagnostic = Diagnostic::error(name, message);
    Some(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            diagnostic.help("give the credentials in ~/.netrc, or log in with `rattler auth login`")
        }
        _ => diagnostic.help("check the spelling of the channel"),
    })
}

fn unreachable(subject: &str, error: &GatewayError, offline: bool) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "unreachable-channel",
        format!("cannot reach {subject}: {}", causes(error)),
    );
    if offline {
        diagnostic.help("run once without `--offline`")
    } else {
        diagnostic.help(
            "check the network and the proxy settings, or use `--offline` to answer from the cache",
        )
    }
}

fn is_not_cached(error: &GatewayError) -> bool {
    matches!(
        error,
        GatewayError::ShardNotCached(_)
            | GatewayError::ShardedIndexNotCached(_)
            | GatewayError::FetchRepoDataError(FetchRepoDataError::NoCacheAvailable(_))
    )
}

fn is_middleware(error: &GatewayError) -> bool {
    matches!(
        error,
        GatewayError::ReqwestMiddlewareError(_)
            | GatewayError::FetchRepoDataError(
                FetchRepoDataError::HttpError(_) | FetchRepoDataError::FailedToDownload(..)
            )
    )
}

fn url_of(error: &GatewayError) -> Option<Url> {
    match error {
        GatewayError::ShardedIndexNotCached(url)
        | GatewayError::FetchRepoDataError(
            FetchRepoDataError::NoCacheAvailable(url)
            | FetchRepoDataError::FailedToDownload(url, _),
        ) => Some(url.clone()),
        _ => find::<reqwest::Error>(error)?.url().cloned(),
    }
}

/// The first error of a type among an error and its causes.
fn find<E: Error + 'static>(error: &GatewayError) -> Option<&E> {
    // Transparent wrappers hide the error itself from `source`.
    if let GatewayError::ReqwestError(inner) = error {
        return (inner as &dyn Error).downcast_ref::<E>();
    }
    if let GatewayError::FetchRepoDataError(FetchRepoDataError::HttpError(
        reqwest_middleware::Error::Reqwest(inner),
    )) = error
    {
        return (inner as &dyn Error).downcast_ref::<E>();
    }
    chain(error).find_map(|cause| {
        let direct = cause.downcast_ref::<E>();
        direct.or_else(|| match cause.downcast_ref()? {
            reqwest_middleware::Error::Reqwest(inner) => (inner as &dyn Error).downcast_ref::<E>(),
            reqwest_middleware::Error::Middleware(_) => None,
        })
    })
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The error with its causes in one line, without those that a wrapper already
/// quotes.
fn causes(error: &GatewayError) -> String {
    let mut text = error.to_string();
    for cause in chain(error).skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

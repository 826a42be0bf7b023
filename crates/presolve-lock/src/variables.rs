//! Environment variables in the URLs of the pip list, such as
//! `https://host/${TOKEN}/simple`.
//!
//! Their values belong to this machine and are often secret. A value that is a user or a
//! password is left out. A path is wrong without its value, so presolve does not write a file
//! that would contain it.

use std::sync::Arc;

use url::Url;

use super::{Format, Lock, LockedPlatform, locked::url_of};
use presolve_spec::{EnvironmentFile, Spanned};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind, Location},
    secrets::without_credentials,
};

/// A URL of the pip list, as written and as pip reads it.
struct WrittenUrl<'a> {
    written: &'a str,
    read: Url,
    location: &'a Location,
}

/// # Errors
/// An input failure if a URL in the file would have the value of a variable in its path or
/// query.
pub(super) fn check(lock: &Lock<'_>, format: Format) -> Result<(), Failure> {
    let urls = lock.platforms.iter().flat_map(|one| urls(one, format));
    let urls: Vec<Url> = urls.collect();
    let given = given(lock.environment);
    let leaks = given.iter().filter(|given| leaks(given, &urls));
    let diagnostics = leaks.map(|given| {
        let name = format.name();
        let message = format!("a file of `--format {name}` would contain the value of a variable");
        Diagnostic::error("variable-in-url", message)
            .at(given.location.clone(), "in the path of this URL")
            .note("such a value is often a secret, and the URL does not work without it")
            .help("use `--format env` or `requirements`, which keep the variable; if the server accepts it as a user or password, write `https://${NAME}@host/…`")
    });
    let diagnostics: Vec<Diagnostic> = diagnostics.collect();
    if diagnostics.is_empty() {
        Ok(())
    } else {
        Err(Failure {
            kind: FailureKind::Input,
            diagnostics,
        })
    }
}

/// The URLs of the pip half in the file.
fn urls(platform: &LockedPlatform<'_>, format: Format) -> Vec<Url> {
    let mut urls: Vec<Url> = platform.pypi.iter().map(|one| one.url.clone()).collect();
    if format == Format::Pixi {
        let index = &platform.resolution.index;
        let pages = index.indexes().into_iter().chain(index.find_links.clone());
        urls.extend(pages.map(|url| without_credentials(&url)));
    }
    urls
}

fn given(environment: &EnvironmentFile) -> Vec<WrittenUrl<'_>> {
    let options = &environment.pip.options;
    let pages = options.index_url.iter().chain(&options.extra_index_urls);
    let pages = pages.chain(&options.find_links).filter_map(|page| {
        // Several options can have the same position.
        let is_it = |option: &&Spanned<String>| {
            let (_, value) = option.value.split_once(' ').unwrap_or_default();
            let begin = value.split("${").next().unwrap_or_default();
            Arc::ptr_eq(&option.location.file, &page.location.file)
                && option.location.span == page.location.span
                && page.value.starts_with(begin)
        };
        let written = options.written.iter().find(is_it)?;
        Some(WrittenUrl {
            written: &written.value,
            read: Url::parse(&page.value).ok()?,
            location: &page.location,
        })
    });
    let lines = environment.pip.requirements.iter().filter_map(|line| {
        Some(WrittenUrl {
            written: &line.text,
            read: url_of(line)?.clone(),
            location: &line.location,
        })
    });
    pages.chain(lines).collect()
}

fn leaks(given: &WrittenUrl<'_>, urls: &[Url]) -> bool {
    let (written, read) = (pieces(given.written), pieces(given.read.as_str()));
    let mut both = written.iter().zip(&read);
    let Some((_, value)) = both.find(|(written, read)| written != read && written.contains("${"))
    else {
        return false;
    };
    urls.iter().any(|url| pieces(url.as_str()).contains(value))
}

/// Returns the parts of the path and query of the first URL in a text.
fn pieces(text: &str) -> Vec<&str> {
    let url = text.split_once("://").map_or("", |(_, url)| url);
    let url = url.split_whitespace().next().unwrap_or_default();
    let path = url.split_once('/').map_or("", |(_, path)| path);
    path.split(['/', '?', '&', '=', '#']).collect()
}

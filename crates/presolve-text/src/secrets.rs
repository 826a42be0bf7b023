//! Secrets in texts: found here, so that nothing prints them.
//!
//! A secret is known by what it is. Four kinds are found: what stands in front of the `@`
//! of a URL, in its query, its fragment and its `/t/TOKEN/` ([`url`]); the value of a
//! key, a variable or an option that is named like a secret ([`keys`]); texts with the
//! shape that a provider gives its tokens ([`shapes`]); and, wherever it stands, a secret
//! that one of the files of this run has ([`remember`]).

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{
        LazyLock, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use regex::Regex;

mod keys;
mod shapes;
mod url;

pub use url::{
    find, is_login_without_url, redact_url, without_credentials, without_logins, without_secrets,
    without_token,
};

/// A text in which `****` stands for each secret.
///
/// What is certainly not a secret stays readable: a variable such as `${TOKEN}`, the
/// `git` of `git@host`, the digest of an image, a version.
pub fn redact(text: &str) -> String {
    replace(text, find_all(text), |_| "****".to_owned())
}

/// What to do about a text that is not a URL because of its password.
pub const HOW_TO_WRITE: &str = "write it with a scheme, `https://USER:PASSWORD@host/`, and in the password write `%2F` for `/`, `%23` for `#`, `%3F` for `?`, `%40` for `@` and `%20` for a space; or leave the login out, and put it in a netrc file";

/// Says of a text that [`is_login_without_url`] what is wrong with it.
pub fn not_a_url(text: &str) -> String {
    let why = if text.contains("://") {
        "its password has a character that ends the host part of a URL"
    } else {
        "it has a login but no scheme such as `https://`"
    };
    format!("`{}` is not a URL: {why}", redact(text))
}

/// The reason why a text cannot be read, unless the text has secrets: parsers quote parts
/// of it that do not look like a URL any more.
pub fn redact_reason(reason: &str, text: &str) -> String {
    if redact(text) == text {
        redact(reason)
    } else {
        "it cannot be read".to_owned()
    }
}

/// Like [`redact`], with a mask of as many bytes as the secret has, so that spans stay
/// valid. Line breaks in a secret stay too.
pub fn redact_in_place(text: &str) -> String {
    replace(text, find_all(text), |secret| {
        let bytes = secret.bytes();
        let masked = bytes.map(|byte| match byte {
            b'\n' | b'\r' => char::from(byte),
            _ => '*',
        });
        masked.collect()
    })
}

/// A text in which `****` stands for what certainly is a secret, and user names stay: what
/// a hash is made of that has to stay the same when more is masked.
pub fn redact_for_hash(text: &str) -> String {
    let mut found = find(text);
    found.extend(keys::find(text));
    found.retain(|secret| is_secret(&text[secret.clone()]));
    replace(text, merged(found), |_| "****".to_owned())
}

fn replace(text: &str, secrets: Vec<Range<usize>>, mask: impl Fn(&str) -> String) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut end = 0;
    for secret in secrets {
        redacted.push_str(&text[end..secret.start]);
        redacted.push_str(&mask(&text[secret.clone()]));
        end = secret.end;
    }
    redacted.push_str(&text[end..]);
    redacted
}

/// Where the secrets of a text are, in order and without overlaps. This is what
/// [`redact`] masks; [`find`] is the part of it that certainly is a secret of a URL.
pub fn find_all(text: &str) -> Vec<Range<usize>> {
    let mut found = url::find_all(text);
    found.extend(keys::find(text));
    found.extend(shapes::find(text));
    found.retain(|secret| is_secret(&text[secret.clone()]));
    found.extend(remembered(text));
    merged(found)
}

/// The union of ranges. Two ranges of one secret can overlap, and neither may hide the end
/// of the other.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut union: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match union.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => union.push(range),
        }
    }
    union
}

/// What stands in the place of a secret and is not one.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:\*+|[.…]+",
        // A variable of a shell, of CI, of a template, of Windows. A default after `:-`
        // can be a secret.
        r"|\$\{\{[^{}]*\}\}|\$\{[A-Za-z_]\w*\}|\$\([A-Za-z_][\w.]*\)|\$[A-Z_][A-Z0-9_]*",
        r"|\{\{[^{}]*\}\}|\{[A-Za-z_]\w*\}|%[A-Z_]+%",
        r"|<[A-Za-z][A-Za-z _-]*>|[:._-])+$",
    ))
});

fn is_secret(text: &str) -> bool {
    text.contains(char::is_alphanumeric) && !PLACEHOLDER.is_match(text)
}

/// Whether a text looks as if a machine had drawn it: letters and digits, and long.
fn is_random(text: &str) -> bool {
    let has = |what: fn(char) -> bool| text.contains(what);
    let is_mixed = has(|c| c.is_ascii_uppercase()) && has(|c| c.is_ascii_lowercase());
    text.len() >= 12 && (is_mixed || has(char::is_alphabetic)) && has(|c| c.is_ascii_digit())
        || text.len() >= 20 && is_mixed && !text.contains(['-', '_', '.'])
}

/// Whether the files that are read add to [`REMEMBERED`].
static REMEMBERS_FILES: AtomicBool = AtomicBool::new(false);

/// From now on [`remember_file`] remembers. A library that is used on many files side by
/// side would mask the secrets of one in what it says of another.
pub fn remember_files() {
    REMEMBERS_FILES.store(true, Ordering::Relaxed);
}

/// [`remember`]s the secrets of a file of this run.
pub fn remember_file(text: &str) {
    if REMEMBERS_FILES.load(Ordering::Relaxed) {
        remember(text);
    }
}

/// The secrets of the files of this run.
static REMEMBERED: RwLock<BTreeSet<String>> = RwLock::new(BTreeSet::new());

/// Masks the secrets of a text from now on wherever they stand. Parsers quote a value
/// without the key or the URL that tells that it is a secret, which is why the runners of
/// GitHub and Azure Pipelines search their logs for known values too.
pub fn remember(text: &str) {
    let secrets = find_all(text).into_iter();
    let secrets = secrets.flat_map(|secret| parts(&text[secret]));
    let secrets: Vec<String> = secrets.filter(|secret| is_unusual(secret)).collect();
    if !secrets.is_empty() {
        let mut known = REMEMBERED.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(secrets);
    }
}

/// A secret, and the user and password that it is made of, as written and decoded.
fn parts(secret: &str) -> Vec<String> {
    let (user, password) = secret.split_once(':').unwrap_or_default();
    let lines = secret.lines().map(str::trim);
    let texts = lines
        .chain([secret, user, password])
        .collect::<BTreeSet<_>>();
    let texts = texts.into_iter().flat_map(|text| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
        [text.to_owned(), decoded.into_owned()]
    });
    texts.collect()
}

/// Whether a text can be masked everywhere without hiding ordinary words: `admin` is
/// someone's password too.
fn is_unusual(text: &str) -> bool {
    let has = |what: fn(char) -> bool| text.contains(what);
    let kinds = [
        has(|c| c.is_lowercase()),
        has(|c| c.is_uppercase()),
        has(|c| c.is_ascii_digit()),
    ];
    let kinds = kinds.iter().filter(|kind| **kind).count();
    let name = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_release = text[name.len()..].contains('.') && !name.contains(char::is_uppercase);
    let is_sentence = text.contains(char::is_whitespace) || text.contains("://");
    text.len() >= 8 && kinds >= 2 && has(|c| c.is_ascii_digit()) && !is_sentence && !is_release
}

fn remembered(text: &str) -> Vec<Range<usize>> {
    let known = REMEMBERED.read().unwrap_or_else(PoisonError::into_inner);
    let found = known.iter().flat_map(|secret| {
        let found = text.match_indices(secret.as_str());
        found.map(|(start, secret)| start..start + secret.len())
    });
    found.collect()
}

/// A pattern of this program.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the tests compile every pattern")
}

#[cfg(test)]
mod tests;

//! Finds secrets in texts, so that they are never printed.
//!
//! There are four kinds: the user information, query, fragment and `/t/TOKEN/` of a URL
//! ([`url`]); the value of a key, variable or option with the name of a secret ([`keys`]);
//! texts in the format of a provider's tokens ([`shapes`]); and any text that was already a
//! secret in a file of this run ([`remember`]).

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{
        LazyLock, Mutex, PoisonError, RwLock,
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

/// Replaces each secret by `****`.
///
/// Texts that are certainly not secret remain: a variable such as `${TOKEN}`, the `git` of
/// `git@host`, the digest of an image, a version.
pub fn redact(text: &str) -> String {
    replace(text, find_all(text), |_| "****".to_owned())
}

/// Help for a text that is not a valid URL because of its password.
pub const HOW_TO_WRITE: &str = "write it with a scheme, `https://USER:PASSWORD@host/`, and in the password write `%2F` for `/`, `%23` for `#`, `%3F` for `?`, `%40` for `@` and `%20` for a space; or leave the login out, and put it in a netrc file";

/// Explains what is wrong with a text for which [`is_login_without_url`] is true.
pub fn not_a_url(text: &str) -> String {
    let why = if text.contains("://") {
        "its password has a character that ends the host part of a URL"
    } else {
        "it has a login but no scheme such as `https://`"
    };
    format!("`{}` is not a URL: {why}", redact(text))
}

/// The reason why a text cannot be read, or a substitute if the text has secrets: parsers
/// quote fragments that no longer look like a URL.
pub fn redact_reason(reason: &str, text: &str) -> String {
    if redact(text) == text {
        redact(reason)
    } else {
        "it cannot be read".to_owned()
    }
}

/// Like [`redact`], with a mask of as many bytes as the secret has, so that spans stay valid.
/// Line breaks in a secret are kept.
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

/// Replaces only what is certainly a secret, and keeps user names. It is the input of hashes,
/// which must not change when [`redact`] masks more.
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

/// Ranges of the secrets of a text, sorted and without overlaps. [`redact`] masks these;
/// [`find`] returns the subset that is certainly a secret of a URL.
pub fn find_all(text: &str) -> Vec<Range<usize>> {
    let mut found = find_by_shape(text);
    found.extend(remembered(text));
    merged(found)
}

/// Ranges, in no order, of the secrets that can be recognised in the text alone.
fn find_by_shape(text: &str) -> Vec<Range<usize>> {
    if is_short_word(text) {
        return Vec::new();
    }
    let mut found = url::find_all(text);
    found.extend(keys::find(text));
    found.extend(shapes::find(text));
    found.retain(|secret| is_secret(&text[secret.clone()]));
    found
}

/// Whether a text is too short for a token, and has nothing that separates a name from a
/// secret. Most texts are the names and versions of packages.
fn is_short_word(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.len() < shapes::SHORTEST && text.chars().all(is_of_name)
}

/// The union of ranges. Two ranges of one secret can overlap, and both ends must be masked.
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

/// Placeholders, such as variables, in the place of a secret.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:\*+|[.…]+",
        // Variables of shells, CI systems, templates and Windows. A default after `:-` can be
        // a secret.
        r"|\$\{\{[^{}]*\}\}|\$\{[A-Za-z_]\w*\}|\$\([A-Za-z_][\w.]*\)|\$[A-Z_][A-Z0-9_]*",
        r"|\{\{[^{}]*\}\}|\{[A-Za-z_]\w*\}|%[A-Z_]+%",
        r"|<[A-Za-z][A-Za-z _-]*>|[:._-])+$",
    ))
});

fn is_secret(text: &str) -> bool {
    text.contains(char::is_alphanumeric) && !PLACEHOLDER.is_match(text)
}

/// Whether a text looks machine-generated: long, with letters and digits.
fn is_random(text: &str) -> bool {
    let has = |what: fn(char) -> bool| text.contains(what);
    let is_mixed = has(|c| c.is_ascii_uppercase()) && has(|c| c.is_ascii_lowercase());
    text.len() >= 12 && (is_mixed || has(char::is_alphabetic)) && has(|c| c.is_ascii_digit())
        || text.len() >= 20 && is_mixed && !text.contains(['-', '_', '.'])
}

/// Whether [`remember_file`] adds to [`REMEMBERED`].
static REMEMBERS_FILES: AtomicBool = AtomicBool::new(false);

/// Enables [`remember_file`]. It is off by default, because a library that processes many
/// files in parallel would mask the secrets of one file in the messages about another.
pub fn remember_files() {
    REMEMBERS_FILES.store(true, Ordering::Relaxed);
}

/// Calls [`remember`] for the text of a file, if [`remember_files`] enabled it.
pub fn remember_file(text: &str) {
    if REMEMBERS_FILES.load(Ordering::Relaxed) {
        remember(text);
    }
}

/// Secrets of the files of this run.
static REMEMBERED: RwLock<BTreeSet<String>> = RwLock::new(BTreeSet::new());

/// Masks the secrets of a text from now on, in every context. Parsers quote a value without
/// the key or the URL that identifies it as a secret. The runners of GitHub and Azure
/// Pipelines search their logs for known values for the same reason.
pub fn remember(text: &str) {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.push(text.to_owned());
}

/// Texts of [`remember`] that were not searched yet. Many runs print nothing that may have a
/// secret, and the search takes longer than all else that they do.
static WAITING: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn search_waiting() {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    for text in std::mem::take(&mut *waiting) {
        let secrets = merged(find_by_shape(&text)).into_iter();
        let secrets = secrets.flat_map(|secret| parts(&text[secret]));
        let secrets: Vec<String> = secrets.filter(|secret| is_unusual(secret)).collect();
        if !secrets.is_empty() {
            let mut known = REMEMBERED.write().unwrap_or_else(PoisonError::into_inner);
            known.extend(secrets);
        }
    }
}

/// A secret, its lines, and the user and password in it, each as written and percent-decoded.
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

/// Whether a text can be masked everywhere without hiding ordinary words: a password can be as
/// common as `admin`.
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
    search_waiting();
    let known = REMEMBERED.read().unwrap_or_else(PoisonError::into_inner);
    let found = known.iter().flat_map(|secret| {
        let found = text.match_indices(secret.as_str());
        found.map(|(start, secret)| start..start + secret.len())
    });
    found.collect()
}

/// Compiles a constant pattern.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the tests compile every pattern")
}

#[cfg(test)]
mod tests;

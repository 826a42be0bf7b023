//! Secrets of URLs: the user information before an `@`, queries, fragments, and the
//! `/t/TOKEN/` of Anaconda's servers.
//!
//! Text that people write is often not a URL by RFC 3986. A password can contain a raw `/`,
//! `#`, `?`, `@` or blank, and the scheme can be missing. An ambiguous text is read as if it
//! had a secret.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;
use url::Url;

use crate::secrets::{PLACEHOLDER, is_random, is_secret, pattern};

/// Formats a URL for display: without user name, password, tokens and signatures, and without
/// the fragment, which is a hash at best.
pub fn redact_url(url: &Url) -> String {
    let mut url = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Both fail only for URLs that cannot have credentials.
        let _ = url.set_password(None);
        let _ = url.set_username("****");
    }
    url.set_fragment(None);
    super::redact(url.as_str())
}

/// Removes user and password from a URL, and the values of its query and fragment that are not
/// known to be public.
pub fn without_credentials(url: &Url) -> Url {
    let mut bare = url.clone();
    // Both fail only for a URL without a host, which has no credentials.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    if let Some(query) = url.query() {
        let kept = public_parts(query);
        bare.set_query((!kept.is_empty()).then_some(&kept));
    }
    if let Some(fragment) = url.fragment() {
        let kept = public_parts(fragment);
        bare.set_fragment((!kept.is_empty()).then_some(&kept));
    }
    bare
}

fn public_parts(text: &str) -> String {
    let parts = text.split('&').filter(|part| {
        let secret = secret_of_part(part);
        secret.is_none_or(|secret| !is_secret(&part[secret]))
    });
    parts.collect::<Vec<_>>().join("&")
}

/// Removes credentials from the URL of a conda channel, and the token that conda sees in
/// `/t/TOKEN` (`split_anaconda_token` in conda/common/url.py). For other servers `/t/` is an
/// ordinary part of the path.
pub fn without_token(url: &Url) -> Url {
    let mut bare = without_credentials(url);
    if bare.host_str().is_some()
        && let Some(token) = tokens(url.path()).next()
    {
        let (before, after) = (&url.path()[..token.start], &url.path()[token.end..]);
        let before = before.strip_suffix("/t/").unwrap_or(before);
        bare.set_path(&format!("{before}{after}"));
    }
    bare
}

/// Removes user and password, or a lone token, from the URLs of a text: a netrc file can
/// provide them instead. Variables, and secrets in paths and queries, remain.
pub fn without_logins(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut end = 0;
    for login in logins(text) {
        if login.at.is_some() && login.start >= end && login.has_secret(text) {
            bare.push_str(&text[end..login.start]);
            end = login.end + 1;
        }
    }
    bare.push_str(&text[end..]);
    bare
}

/// Removes from the URLs of a text the logins and all parameters that are not known to be
/// public. A secret in a path remains.
pub fn without_secrets(text: &str) -> String {
    let mut bare = without_logins(text);
    let secret = |bare: &str| {
        let mut secrets = find_all(bare).into_iter();
        secrets
            .find(|secret| bare[..secret.start].ends_with('=') && is_secret(&bare[secret.clone()]))
    };
    while let Some(secret) = secret(&bare) {
        let Some(start) = bare[..secret.start].rfind(['?', '&', '#']) else {
            break;
        };
        // The next parameter takes the place of the first one.
        if bare[secret.end..].starts_with('&') {
            bare.replace_range(start + 1..secret.end + 1, "")
        } else {
            bare.replace_range(start..secret.end, "")
        }
    }
    bare
}

/// Whether a text is meant as a URL with a user and a password but is not a URL: the scheme is
/// missing, or the password contains a character that ends the host. A parser takes such a
/// text for the path of a folder.
pub fn is_login_without_url(text: &str) -> bool {
    let text = text.trim();
    let logins = logins(text).into_iter();
    let mut logins = logins.filter(|login| login.start <= text.find("://").map_or(2, |at| at + 3));
    logins.any(|login| {
        if login.has_scheme {
            text[login.start..login.end].contains(['/', '\\', '?', '#'])
                || text[login.start..login.end].contains(char::is_whitespace)
        } else {
            true
        }
    })
}

/// Ranges, in order, of what is certainly a secret in a URL: a password or a lone token, a
/// `/t/TOKEN/`, the value of a query parameter that signs or authorises.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = (logins(text).iter())
        .filter(|login| login.has_secret(text))
        .map(|login| login.password(text))
        .collect();
    for url in urls(text) {
        found.extend(tokens_of_url(text, &url));
        let parts = parts(text, &url);
        found.extend(parts.filter_map(|part| {
            let (key, value) = text[part.clone()].split_once('=')?;
            authorises(key).then(|| part.end - value.len()..part.end)
        }));
    }
    found.retain(|secret| is_secret(&text[secret.clone()]));
    found.sort_by_key(|secret| (secret.start, secret.end));
    found
}

/// Ranges, in no order, of what may be a secret in a URL: everything before an `@`, because a
/// user name is often a token, and every query value that is not known to be public.
pub(super) fn find_all(text: &str) -> Vec<Range<usize>> {
    let logins = logins(text);
    let mut found: Vec<Range<usize>> = (logins.iter())
        .filter(|login| login.has_secret(text))
        .map(|login| login.masked(text))
        .collect();
    for url in urls(text) {
        found.extend(tokens_of_url(text, &url));
        found.extend(parts(text, &url).filter_map(|part| {
            let secret = secret_of_part(&text[part.clone()])?;
            Some(part.start + secret.start..part.start + secret.end)
        }));
    }
    found.extend(ENCODED.captures_iter(text).filter_map(|encoded| {
        let secret = encoded.get(1).or_else(|| encoded.get(2))?;
        Some(secret.range())
    }));
    found
}

/// Percent-encoded `://user:password@` and `/t/TOKEN` of a URL in the query of another URL.
static ENCODED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)%3A%2F%2F([^\s"'<>&]*?)%40|%2Ft%2F((?:[^%\s"'<>&]|%2[^fF])+)"#)
});

/// The text before the `@` of a URL, or of what may be a URL.
struct Login {
    start: usize,
    end: usize,
    /// Offset of the `@`; `None` if the text ends before one.
    at: Option<usize>,
    has_scheme: bool,
}

impl Login {
    /// The part after the first colon, or the whole if there is no colon.
    fn password(&self, text: &str) -> Range<usize> {
        let colon = text[self.start..self.end].find(':');
        colon.map_or(self.start, |colon| self.start + colon + 1)..self.end
    }

    fn has_secret(&self, text: &str) -> bool {
        let whole = &text[self.start..self.end];
        let password = &text[self.password(text)];
        // `TOKEN:@host` has an empty password.
        is_secret(if password.is_empty() { whole } else { password })
    }

    /// The range to mask: the whole login, or only the password if the user is a variable.
    fn masked(&self, text: &str) -> Range<usize> {
        let password = self.password(text);
        let user = &text[self.start..password.start];
        let is_variable = user.contains(['$', '{', '%']) && PLACEHOLDER.is_match(user);
        if is_variable || self.at.is_none() {
            password
        } else {
            self.start..self.end
        }
    }
}

/// The logins of a text, in order. A login does not continue on the next line.
fn logins(text: &str) -> Vec<Login> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        if line.contains('@') || line.contains("://") {
            logins_of_line(text, start..start + line.len(), &mut found);
        }
        start += line.len();
    }
    found
}

fn logins_of_line(text: &str, line: Range<usize>, found: &mut Vec<Login>) {
    let mut done = line.start;
    for (offset, mark) in text[line.clone()].match_indices(['@', ':']) {
        let place = line.start + offset;
        if place < done {
            continue;
        }
        let login = match mark {
            ":" if text[place..].starts_with("://") => {
                let start = place + 3;
                let next = text[start..line.end].find("://");
                let region = start..next.map_or(line.end, |next| start + next);
                // Any later `@` of the URL is part of its path.
                done = token_end(text, region.clone());
                with_scheme(text, scheme(text, place), region)
            }
            "@" => without_scheme(text, done.max(line.start)..line.end, place),
            _ => None,
        };
        if let Some(login) = login {
            done = done.max(login.end + 1);
            found.push(login);
        }
    }
}

/// The scheme before `://`, which begins at `end`.
fn scheme(text: &str, end: usize) -> &str {
    let of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let before = text[..end].trim_end_matches(of_scheme);
    &text[before.len()..end]
}

/// End of a URL without blanks and quotes.
fn token_end(text: &str, region: Range<usize>) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    let length = text[region.clone()].find(ends);
    length.map_or(region.end, |length| region.start + length)
}

/// The login after a scheme; `None` if the URL has none.
fn with_scheme(text: &str, scheme: &str, region: Range<usize>) -> Option<Login> {
    let start = region.start;
    let end = token_end(text, region.clone());
    let token = &text[start..end];
    let login = |at: usize| Login {
        start,
        end: start + at,
        at: Some(start + at),
        has_scheme: true,
    };
    let authority = &token[..token.find(['/', '?', '#', '\\']).unwrap_or(token.len())];
    if scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let is_repository = scheme.contains('+') || matches!(scheme, "git" | "ssh");
    let ends = |at: usize, is_host: fn(&str) -> bool| {
        let is_revision = token[..at].ends_with(".git")
            || is_repository && at > authority.len() && !token[at..].contains('/');
        is_host(&token[at + 1..]) && !is_revision
    };
    let last = |is_host| {
        let mut all = token.rmatch_indices('@').map(|(at, _)| at);
        all.find(|&at| ends(at, is_host))
    };
    if let Some(at) = authority.rfind('@') {
        let user = &authority[..at];
        if user == "git" || scheme.ends_with("ssh") && !user.contains(':') {
            return None;
        }
        // A password may continue after a raw `/`.
        let later = last(is_host).filter(|&later| later > at && user.contains(':'));
        return Some(login(later.unwrap_or(at)));
    }
    match host_and_port(authority) {
        // `https://host/path@something` has no login, `https://user:1/2@host` has.
        (host, None | Some("")) if is_plain_host(host) => None,
        (_, None | Some("")) => last(is_plain_host).map(login),
        (host, Some(port)) if is_port(port) => {
            if is_plain_host(host) {
                None
            } else {
                last(|tail| is_host(tail) && !tail.contains('@'))
                    .filter(|&at| !token[..at].ends_with('/'))
                    .map(login)
            }
        }
        // Text after a colon that is not a port is a password, even with blanks and quotes.
        (_, Some(_)) => {
            Some(last(is_host).map_or_else(|| password_with_blanks(text, region, end), login))
        }
    }
}

/// A login whose password contains blanks or quotes, up to the last `@` of the line. Without
/// an `@`, the rest of the word is the password.
fn password_with_blanks(text: &str, region: Range<usize>, end: usize) -> Login {
    let rest = &text[region.clone()];
    let mut all = rest.rmatch_indices('@').map(|(at, _)| at);
    let at = all.find(|&at| is_host(&rest[at + 1..]));
    let at = at.map(|at| region.start + at);
    Login {
        start: region.start,
        end: at.unwrap_or(end),
        at,
        has_scheme: true,
    }
}

/// Splits an authority into the host and the text after its colon.
fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    let from = authority.find(']').unwrap_or(0);
    match authority[from..].find(':') {
        Some(colon) => {
            let colon = from + colon;
            (&authority[..colon], Some(&authority[colon + 1..]))
        }
        None => (authority, None),
    }
}

fn is_port(text: &str) -> bool {
    let digits = text.trim_end_matches(['.', ',', ')', ';', ']', '}', '|']);
    (digits.len() <= 5 && digits.chars().all(|c| c.is_ascii_digit()))
        || text.eq_ignore_ascii_case("port")
        || text.starts_with(['$', '{', '<', '%', '*'])
}

/// The longest prefix that can be the name of a host, without a port.
fn host_of(text: &str) -> &str {
    let of_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if text.starts_with('[') {
        return &text[..text.find(']').map_or(0, |end| end + 1)];
    }
    &text[..text.find(|c: char| !of_host(c)).unwrap_or(text.len())]
}

/// Whether a text may begin with a host. Hosts of an intranet can be a single word.
fn is_host(text: &str) -> bool {
    let host = host_of(text);
    let variable = text.starts_with("${") || text.starts_with("{{") || text.starts_with('$');
    let end = text[host.len()..].chars().next();
    let ends = end.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '@' | '%' | '=' | '+'));
    variable || !host.is_empty() && ends && !is_release(host)
}

/// Whether a text certainly begins with a host: it has a dot, is `localhost`, or is a
/// variable.
fn is_plain_host(text: &str) -> bool {
    let host = host_of(text);
    let has_dot = host.contains('.') && host.split('.').all(|part| !part.is_empty());
    is_host(text) && (has_dot || host == "localhost")
        || text.starts_with('[')
        || text.starts_with("${")
        || text.starts_with("{{")
}

/// Whether a text is a version such as the `1.0` of `package@1.0`.
fn is_release(host: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let parts: Vec<&str> = host.split('.').collect();
    let is_address = parts.len() == 4 && parts.iter().all(|part| is_number(part));
    let first = parts[0].trim_start_matches('v');
    is_number(first) && !is_address && parts[0].len() <= 5
}

/// Words before the colon of an email address, of a package URL
/// (<https://github.com/package-url/purl-spec>) or of an npm alias.
const LABELS: [&str; 14] = [
    "mailto",
    "email",
    "e-mail",
    "mail",
    "maintainer",
    "author",
    "contact",
    "from",
    "to",
    "cc",
    "bcc",
    "pkg",
    "npm",
    "jsr",
];

/// The login before an `@` without a scheme: `user:password@host`, `//token@host`.
fn without_scheme(text: &str, region: Range<usize>, at: usize) -> Option<Login> {
    let tail = &text[at + 1..region.end];
    if is_digest(tail) || !is_host(tail) {
        return None;
    }
    let before = &text[region.start..at];
    if is_asset(before, tail) {
        return None;
    }
    let stops = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
    let word = before.rfind(stops).map_or(0, |stop| {
        stop + before[stop..].chars().next().map_or(1, char::len_utf8)
    });
    let (user, is_rooted) = user(&before[word..]);
    let login = |offset: usize| Login {
        start: region.start + offset,
        end: at,
        at: Some(at),
        has_scheme: false,
    };
    let run = &before[word + user..];
    match run.split_once(':') {
        Some((user_name, password)) => is_user(user_name, password).then(|| login(word + user)),
        None if run.is_empty() || run == "git" => blank(before, tail).map(login),
        None if is_rooted => Some(login(word + user)),
        None => {
            let has_path = tail[host_of(tail).len()..].starts_with('/');
            let is_url = has_path && is_plain_host(tail) && !run.contains('/');
            if is_url {
                Some(login(blank(before, tail).unwrap_or(word + user)))
            } else {
                blank(before, tail).map(login)
            }
        }
    }
}

/// Offset of the user in a word, and whether `//` precedes it. An option, a variable or a
/// bracket can also precede it: `--index-url=user:password@host`.
fn user(word: &str) -> (usize, bool) {
    let head = &word[..word.find(':').unwrap_or(word.len())];
    let start = head.rfind(['=', '(', '[', '{', ',', '|', ';', '/', '\\']);
    let start = start.map_or(0, |start| start + 1);
    (start, head[..start].ends_with("//"))
}

/// Whether an `@` is that of `azureml:NAME@latest`, an asset of Azure ML
/// (<https://learn.microsoft.com/azure/machine-learning/reference-yaml-core-syntax>).
fn is_asset(before: &str, tail: &str) -> bool {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    let word = before.rsplit(is_between).next().unwrap_or_default();
    let scheme = word.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("azureml") && host_of(tail).eq_ignore_ascii_case("latest")
}

fn is_user(user: &str, password: &str) -> bool {
    let is_label = LABELS.iter().any(|label| user.eq_ignore_ascii_case(label));
    let is_drive = user.len() == 1 && password.starts_with(['\\', '/']);
    // `git@host:path@revision`, not the user `name@company.com`.
    let is_copy = user.contains('@') && (user.starts_with("git@") || password.contains('/'));
    let is_channel = password.starts_with(':') || password.is_empty() && user.is_empty();
    !is_label && !is_drive && !is_copy && !is_channel && !password.ends_with(".git")
}

/// Start of a login whose password contains a blank: `user:pass word@host/`. The text after
/// the host must continue like a URL, because an email address can follow any word with a
/// colon.
fn blank(before: &str, tail: &str) -> Option<usize> {
    let behind = tail[host_of(tail).len()..].chars().next();
    if !matches!(behind, Some('/' | ':')) || before.contains(['"', '`']) {
        return None;
    }
    let words = before.split_inclusive(char::is_whitespace);
    let mut start = before.len();
    for word in words.collect::<Vec<_>>().into_iter().rev().take(8) {
        start -= word.len();
        let (from, _) = user(word);
        let Some((name, password)) = word[from..].trim_end().split_once(':') else {
            continue;
        };
        let is_name = !name.is_empty() && !password.is_empty() && !name.contains('@');
        return (is_name && is_user(name, password)).then_some(start + from);
    }
    None
}

/// Whether a text is a digest, such as the `sha256:…` of `image@sha256:…`
/// (<https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests>).
fn is_digest(tail: &str) -> bool {
    let algorithms = ["sha256", "sha512", "sha384", "sha1", "md5", "blake3"];
    let word = host_of(tail);
    algorithms.contains(&word)
}

/// The URLs of a text, from the end of their scheme. A word without a scheme is a URL if it
/// begins with a host and has a path or a query.
fn urls(text: &str) -> impl Iterator<Item = UrlAt> + '_ {
    let stops = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    let base = text.as_ptr().addr();
    let words = text.split(stops).filter(|word| word.contains(['/', '?']));
    words.flat_map(move |word| {
        let start = word.as_ptr().addr() - base;
        // `--option=https://…`, and one URL in the query of another.
        let schemes: Vec<usize> = word.match_indices("://").map(|(at, _)| at).collect();
        let ends = schemes.iter().skip(1).copied().chain([word.len()]);
        let mut urls: Vec<UrlAt> = (schemes.iter().zip(ends))
            .map(|(&at, end)| UrlAt {
                range: start + at + 3..start + end.max(at + 3),
                is_file: scheme(word, at).eq_ignore_ascii_case("file"),
                has_scheme: true,
            })
            .collect();
        if urls.is_empty() {
            let from = word
                .find("//")
                .map_or_else(|| user(word).0.min(host(word)), |at| at + 2);
            urls.push(UrlAt {
                range: start + from..start + word.len(),
                is_file: !is_plain_host(&word[from..]),
                has_scheme: false,
            });
        }
        urls
    })
}

/// Start of the host in a word without a scheme, after an option or a bracket.
fn host(word: &str) -> usize {
    let head = &word[..word.find('/').unwrap_or(word.len())];
    let start = head.rfind(['=', '(', '[', '{', ',', '|', ';', '@']);
    start.map_or(0, |start| start + 1)
}

/// A URL within a text.
struct UrlAt {
    range: Range<usize>,
    /// Whether it is a path of this machine, in which `/t/` is an ordinary folder.
    is_file: bool,
    has_scheme: bool,
}

fn tokens_of_url(text: &str, url: &UrlAt) -> Vec<Range<usize>> {
    let start = url.range.start;
    let whole = &text[url.range.clone()];
    if url.is_file || whole.starts_with('/') {
        return Vec::new();
    }
    let tokens = tokens(whole);
    tokens
        .map(|token| start + token.start..start + token.end)
        .collect()
}

/// Ranges of the tokens in `/t/TOKEN`, up to the next `/`. Folders that an index groups by
/// first letter, such as `packages/source/t/toml/`, are not tokens.
fn tokens(path: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let all = path.match_indices("/t/").map(|(at, _)| at);
    let all = all.filter(|&at| path[..at].rsplit('/').nth(1) != Some("packages"));
    all.map(|at| {
        let start = at + "/t/".len();
        let length = path[start..].find(['/', '?', '#']);
        start..length.map_or(path.len(), |length| start + length)
    })
    .filter(|token| !token.is_empty())
}

/// Ranges of the parameters in the query and the fragment of a URL.
fn parts<'t>(text: &'t str, url: &UrlAt) -> impl Iterator<Item = Range<usize>> + 't {
    let whole = &text[url.range.clone()];
    let has_scheme = url.has_scheme;
    // A glob also has a `?`.
    let is_one = has_scheme || whole.contains('/') && whole.contains('=');
    // If a URL is a value in the query of another one, that query continues after it.
    let begin = whole.find(['?', '#', '&']).filter(|_| is_one);
    let begin = begin.map_or(url.range.end, |begin| url.range.start + begin + 1);
    let sentence = text[begin..url.range.end].trim_end_matches(['.', ',', ')', ';', ':', '!']);
    let base = text.as_ptr().addr();
    let parts = sentence.split(['&', '?', '#', ';']);
    parts
        .filter(move |part| has_scheme || part.contains('='))
        .map(move |part| {
            let start = part.as_ptr().addr() - base;
            start..start + part.len()
        })
}

/// The value of a part of a query or fragment, unless it is known to be public.
fn secret_of_part(part: &str) -> Option<Range<usize>> {
    let (key, value) = match part.split_once('=') {
        Some((key, value)) => (Some(key), value),
        None => (None, part),
    };
    let start = part.len() - value.len();
    let is_shown = match key {
        Some(key) => is_public(key) && !is_random(value) || is_hash(key, value),
        // A word such as `raw`, the anchor of a page, or a hash in conda's form.
        None => value.len() < 8 || !is_random(value) || is_hash("", value),
    };
    (!value.is_empty() && !is_shown).then_some(start..part.len())
}

/// Parameters that describe the request, not the user who sends it.
const PUBLIC: [&str; 46] = [
    // Of pip's URLs: https://pip.pypa.io/en/stable/topics/vcs-support/
    "egg",
    "subdirectory",
    // Of a shared access signature, all except identity and signature:
    // https://learn.microsoft.com/rest/api/storageservices/create-service-sas
    "sv",
    "ss",
    "srt",
    "sr",
    "sp",
    "st",
    "se",
    "spr",
    "api-version",
    // Of a signed AWS URL, all except credential, token and signature:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    "x-amz-algorithm",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-signedheaders",
    "x-goog-algorithm",
    "x-goog-date",
    "x-goog-expires",
    "x-goog-signedheaders",
    // Of file servers.
    "file",
    "filename",
    "path",
    "name",
    "version",
    "v",
    "ref",
    "branch",
    "tag",
    "rev",
    "format",
    "type",
    "lang",
    "page",
    "platform",
    "subdir",
    "arch",
    "os",
    "python",
    "channel",
    "package",
    "raw",
    "download",
    "inline",
    "plain",
    "source",
    "timeout",
];

fn is_public(key: &str) -> bool {
    PUBLIC.iter().any(|public| key.eq_ignore_ascii_case(public))
}

/// Whether a parameter is the hash of a file: `#sha256=…` of PEP 503, `#md5` of conda's
/// explicit lists.
fn is_hash(key: &str, value: &str) -> bool {
    let digits = value.split_once(':').map_or(value, |(_, digits)| digits);
    let keys = ["", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
    keys.contains(&key)
        && [32, 40, 56, 64, 96, 128].contains(&digits.len())
        && digits.chars().all(|c| c.is_ascii_hexdigit())
}

/// Whether a query parameter certainly carries a secret: `sig` of a shared access signature,
/// `code` of Azure Functions and OAuth, and keys with the name of a secret.
fn authorises(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let whole = ["sig", "code", "auth", "pat", "pwd", "jwt", "sas", "pass"];
    let parts = [
        "token",
        "signature",
        "password",
        "passwd",
        "secret",
        "key",
        "credential",
    ];
    whole.contains(&&*key) || parts.iter().any(|part| key.contains(part))
}

//! Credentials in URLs, and below the keys that hold passwords: found here so that nothing
//! prints them.

use std::ops::Range;

use url::Url;

/// A text with the passwords, tokens and signatures of its URLs replaced, and the values
/// of its keys for passwords.
///
/// Masked are the password of `user:password@`, a lone user name (often a
/// token; `git@` is none), the token of `/t/TOKEN/` as Anaconda's servers take
/// it, and the query values that sign or authorise a request. A variable like
/// `${TOKEN}` is no secret and stays readable.
pub fn redact(text: &str) -> String {
    replace(text, |_| "****".to_owned())
}

/// Why a text cannot be read, unless it has secrets: a parser's words quote parts of it
/// that do not look like a URL any more.
pub fn redact_reason(reason: &str, text: &str) -> String {
    match redact(text) == text {
        true => reason.to_owned(),
        false => "it cannot be read".to_owned(),
    }
}

/// Like [`redact`], with a mask as long as the secret, so that spans stay valid.
pub fn redact_in_place(text: &str) -> String {
    replace(text, |secret| "*".repeat(secret.len()))
}

/// A URL without user and password, and without the query values that sign or
/// authorise a request.
pub fn without_credentials(url: &Url) -> Url {
    let mut bare = url.clone();
    // Only a URL without a host refuses these, and it has none.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    if let Some(query) = url.query() {
        let parts = query.split('&');
        let parts = parts.filter(|part| !authorises(part.split('=').next().unwrap_or(part)));
        let kept = parts.collect::<Vec<_>>().join("&");
        bare.set_query((!kept.is_empty()).then_some(&kept));
    }
    bare
}

/// A URL of a conda channel without credentials, and without the token that conda
/// takes `/t/TOKEN` in it for (`split_anaconda_token` in conda/common/url.py).
/// In the URL of another server this is an ordinary part of the path.
pub fn without_token(url: &Url) -> Url {
    let mut bare = without_credentials(url);
    if bare.host_str().is_some()
        && let Some(token) = token(url.path())
    {
        let (before, after) = (&url.path()[..token.start], &url.path()[token.end..]);
        let before = before.strip_suffix("/t/").unwrap_or(before);
        bare.set_path(&format!("{before}{after}"));
    }
    bare
}

/// A text whose URLs have no user and password, or lone token in their place: what a
/// netrc file can say instead. Variables stay, and so do secrets in paths and queries.
pub fn without_logins(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut end = 0;
    for secret in find(text) {
        let start = text[..secret.start].rfind("://").map_or(0, |at| at + 3);
        let is_login =
            text[secret.end..].starts_with('@') && !text[start..secret.end].contains('/');
        if is_login && start >= end {
            bare.push_str(&text[end..start]);
            end = secret.end + 1;
        }
    }
    bare.push_str(&text[end..]);
    bare
}

/// The token of `/t/TOKEN`, up to the next `/`. The folders of an index by kind and
/// first letter, `packages/source/t/toml/`, have none.
fn token(path: &str) -> Option<Range<usize>> {
    let at = path.find("/t/")?;
    if path[..at].rsplit('/').nth(1) == Some("packages") {
        return None;
    }
    let start = at + "/t/".len();
    let length = path[start..].find(['/', '?', '#']);
    Some(start..length.map_or(path.len(), |length| start + length))
}

fn replace(text: &str, mask: impl Fn(&str) -> String) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut end = 0;
    for secret in find_all(text) {
        if secret.start >= end {
            redacted.push_str(&text[end..secret.start]);
            redacted.push_str(&mask(&text[secret.clone()]));
            end = secret.end;
        }
    }
    redacted.push_str(&text[end..]);
    redacted
}

/// Where the secrets of a text stand, of its URLs and its keys, in its order; they may
/// overlap.
pub fn find_all(text: &str) -> Vec<Range<usize>> {
    let mut found = find(text);
    let values = KEYS.iter().flat_map(|key| values_of(text, key));
    found.extend(values.filter(|value| is_secret(&text[value.clone()])));
    let images = IMAGES.iter().flat_map(|key| values_of(text, key));
    found.extend(images.filter_map(|image| {
        let (user, host) = text[image.clone()].split_once('@')?;
        // `name:tag@digest` has no `/` behind it, and a name with a registry one before.
        let is_user = host.contains('/') && !user.contains('/');
        let colon = user.find(':').filter(|_| is_user)?;
        Some(image.start + colon + 1..image.start + user.len())
    }));
    found.sort_by_key(|secret| (secret.start, secret.end));
    found
}

/// Keys of Azure ML's definitions that a secret stands behind: of `ContainerRegistry`, and
/// of `RGitHubPackage` (azureml-core 1.61).
const KEYS: [&str; 3] = ["password", "authToken", "auth_token"];

/// Keys with an image behind them, which may be written `user:password@host/name`.
const IMAGES: [&str; 3] = ["image", "baseImage", "base_image"];

/// What stands behind a key on its line, in YAML or JSON, and is no `null`.
fn values_of<'t>(text: &'t str, key: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let keys = text.match_indices(key).map(|(start, _)| start);
    let keys = keys.filter(move |&start| !text[..start].ends_with(is_word));
    keys.filter_map(move |start| {
        let blanks = [' ', '\t'];
        let after = &text[start + key.len()..];
        let after = after.strip_prefix(['"', '\'']).unwrap_or(after);
        let after = after.trim_start_matches(blanks).strip_prefix(':')?;
        let line = after.split(['\n', '\r']).next().unwrap_or_default();
        let value = line.trim_start_matches(blanks);
        let start = text.len() - after.len() + line.len() - value.len();
        let range = match value.chars().next()? {
            '"' => start + 1..start + quoted(value),
            // Doubled, it is a part of the text, so that only the last one surely ends it.
            '\'' => start + 1..start + value.rfind('\'')?.max(1),
            _ => start..start + plain(value),
        };
        let is_null = matches!(value.split([',', '}', ' ']).next(), Some("null" | "~"));
        (!range.is_empty() && !is_null).then_some(range)
    })
}

/// Where the double quotes that a text begins with end, or the text if they do not.
fn quoted(text: &str) -> usize {
    // The first quote is no end either.
    let mut is_escaped = true;
    let end = text.find(|c: char| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    end.unwrap_or(text.len())
}

/// The length of a plain value, with what follows it in braces: where it ends there, it
/// may go on elsewhere.
fn plain(text: &str) -> usize {
    let end = text.find(" #").unwrap_or(text.len());
    text[..end].trim_end().len()
}

/// Where the secrets of a text's URLs stand, in its order; they may overlap.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(scheme) = text[from..].find("://") {
        let start = from + scheme + 3;
        let end = text[start..]
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`'))
            .map_or(text.len(), |length| start + length);
        found.extend(secrets_of_url(text, start..end));
        from = start;
    }
    found.retain(|secret| is_secret(&text[secret.clone()]));
    found
}

/// The secrets of a URL whose authority begins at the range's start.
fn secrets_of_url(text: &str, url: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let whole = &text[url.clone()];
    let authority = &whole[..whole.find(['/', '?', '#']).unwrap_or(whole.len())];
    if let Some(at) = authority.rfind('@') {
        let user = &authority[..at];
        match user.find(':') {
            Some(colon) => found.push(url.start + colon + 1..url.start + at),
            None if user != "git" => found.push(url.start..url.start + at),
            None => {}
        }
    }
    if !authority.is_empty()
        && let Some(token) = token(whole)
    {
        found.push(url.start + token.start..url.start + token.end);
    }
    if let Some(query) = whole.find('?') {
        let mut start = url.start + query + 1;
        for part in text[start..url.end].split(['&', '#']) {
            if let Some((key, value)) = part.split_once('=')
                && authorises(key)
            {
                found.push(start + part.len() - value.len()..start + part.len());
            }
            start += part.len() + 1;
        }
    }
    found
}

/// Whether a query parameter carries a secret: `sig` of an Azure SAS,
/// `X-Amz-Signature`, and what the names say.
fn authorises(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key == "sig"
        || [
            "token",
            "signature",
            "password",
            "secret",
            "key",
            "credential",
        ]
        .iter()
        .any(|word| key.contains(word))
}

fn is_secret(text: &str) -> bool {
    let variable = text.starts_with('$') || (text.starts_with("{{") && text.ends_with("}}"));
    !text.is_empty() && !variable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_left_out_of_urls() {
        for (given, bare, channel) in [
            ("https://u:p@h/c", "https://h/c", "https://h/c"),
            ("https://token@h/c", "https://h/c", "https://h/c"),
            (
                "https://h/x/t/ab-1/acme/noarch",
                "https://h/x/t/ab-1/acme/noarch",
                "https://h/x/acme/noarch",
            ),
            (
                "https://h/t/ab_c.d/acme",
                "https://h/t/ab_c.d/acme",
                "https://h/acme",
            ),
            (
                "https://h/packages/source/t/toml/a",
                "https://h/packages/source/t/toml/a",
                "https://h/packages/source/t/toml/a",
            ),
            ("file:///t/x/y", "file:///t/x/y", "file:///t/x/y"),
            (
                "https://h/c?sp=r&sig=a%3D",
                "https://h/c?sp=r",
                "https://h/c?sp=r",
            ),
            ("https://h/c?token=a#f", "https://h/c#f", "https://h/c#f"),
        ] {
            let url = Url::parse(given).expect("a URL");
            assert_eq!(without_credentials(&url).as_str(), bare);
            assert_eq!(without_token(&url).as_str(), channel);
        }
    }

    #[test]
    fn logins_are_left_out_of_texts() {
        for (given, bare) in [
            (
                "--index-url https://u:p@h/simple",
                "--index-url https://h/simple",
            ),
            ("https://tok@h/c", "https://h/c"),
            ("https://u:p:q@h/c::numpy=1", "https://h/c::numpy=1"),
            (
                "a @ git+https://u:p@h/a.git@v1",
                "a @ git+https://h/a.git@v1",
            ),
            ("git+ssh://git@h/a", "git+ssh://git@h/a"),
            ("https://u:${PASS}@h/s", "https://u:${PASS}@h/s"),
            ("https://h/t/ab-1/x", "https://h/t/ab-1/x"),
            ("https://h/x?token=a@b", "https://h/x?token=a@b"),
            ("a://p:q@h b://r:s@h", "a://h b://h"),
            ("numpy>=1", "numpy>=1"),
        ] {
            assert_eq!(without_logins(given), bare);
        }
    }

    #[test]
    fn secrets_are_masked_and_the_rest_is_not() {
        for (given, shown) in [
            ("https://u:p@h/simple", "https://u:****@h/simple"),
            ("x https://tok@h/s y", "x https://****@h/s y"),
            (
                "git+ssh://git@github.com/a/b",
                "git+ssh://git@github.com/a/b",
            ),
            ("https://${USER}:${PASS}@h/s", "https://${USER}:${PASS}@h/s"),
            (
                "https://conda.anaconda.org/t/ab-1/x",
                "https://conda.anaconda.org/t/****/x",
            ),
            (
                "https://h/t/ab_c/x https://h/t/ab_c?q",
                "https://h/t/****/x https://h/t/****?q",
            ),
            (
                "https://h/packages/py3/t/toml/toml-1.whl",
                "https://h/packages/py3/t/toml/toml-1.whl",
            ),
            (
                "https://b/c?sv=1&sig=abc%3D&x=1",
                "https://b/c?sv=1&sig=****&x=1",
            ),
            ("numpy>=1", "numpy>=1"),
            ("file:///t/x/y", "file:///t/x/y"),
            (
                r#"{"password":"a\"b, c","username": "u"}"#,
                r#"{"password":"****","username": "u"}"#,
            ),
            ("  password: a b  # c\n", "  password: ****  # c\n"),
            ("password: a#b,c}\n", "password: ****\n"),
            ("password: 'it''s'\n", "password: '****'\n"),
            (
                r#""password": null, "password": """#,
                r#""password": null, "password": """#,
            ),
            (
                "my_password: x, password: ${X}",
                "my_password: x, password: ${X}",
            ),
            ("image: u:p@h.io/a:1", "image: u:****@h.io/a:1"),
            ("image: h.io/a:1@sha256:00", "image: h.io/a:1@sha256:00"),
            ("image: ubuntu:1@sha256:00", "image: ubuntu:1@sha256:00"),
            ("a://p:q@h b://r:s@h", "a://p:****@h b://r:****@h"),
        ] {
            assert_eq!(redact(given), shown);
            assert_eq!(redact_in_place(given).len(), given.len());
        }
    }
}

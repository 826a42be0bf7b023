//! Secrets by name: the value of a key in YAML, JSON, TOML and INI, of a variable (`ENV`,
//! `ARG`, `--build-arg`, a shell), of a command option, and of a part of a connection string.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use crate::secrets::pattern;

/// A name that may contain a word for a secret.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[\w.-]*(?:pass|pwd|secret|token|key|sas|pat|jwt|cred|auth|conn|cookie|sig|bearer|art-api)[\w.-]*",
    )
});

/// `name: NAME` and its `value:`, as in lists of variables.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\bname["']?[ \t]*[:=][ \t]*["']?([\w.-]+)["']?[ \t]*,?\s+["']?value["']?[ \t]*[:=][ \t]*"#,
    )
});

/// Values that mean "no secret".
const NOTHING: [&str; 6] = ["null", "none", "nil", "true", "false", "undefined"];

/// Ranges, in no order, of the values whose key has the name of a secret.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for name in NAME.find_iter(text) {
        // A name within a secret is already masked.
        let is_done = found.last().is_some_and(|last| name.start() < last.end);
        if !is_done && let Some(value) = value_of(text, name.range()) {
            found.extend(value);
        }
    }
    let mut end = 0;
    for pair in PAIR.captures_iter(text) {
        let start = pair.get(0).map_or(0, |all| all.end());
        if start >= end && is_secret_name(&pair[1]) {
            let value = behind(text, start, &Place::of_yaml(text, start));
            end = value.last().map_or(end, |value| value.end);
            found.extend(value);
        }
    }
    found.retain(|value| {
        let word = text[value.clone()].split([',', '}', ' ']).next();
        !NOTHING
            .iter()
            .any(|nothing| word.is_some_and(|word| word.eq_ignore_ascii_case(nothing)))
    });
    found
}

/// Ranges of the value assigned to a key; `None` if the key does not hold a secret.
fn value_of(text: &str, name: Range<usize>) -> Option<Vec<Range<usize>>> {
    let written = &text[name.clone()];
    let option = written.trim_start_matches('-');
    let is_option = option.len() < written.len();
    let word = option.trim_end_matches(['.', '-']);
    let place = Place::of(text, &name);
    // [`crate::secrets::url`] handles queries, and `${NAME:-default}` is itself a value.
    let before = place.before.rsplit(char::is_whitespace).next();
    if before.is_some_and(|word| word.contains(['?', '#']) && word.contains(['/', '='])) {
        return None;
    }
    if place.before.ends_with("${") {
        return None;
    }
    let is_bare_key = place.is_start && word.eq_ignore_ascii_case("key");
    if !is_bare_key && !is_secret_name(word) {
        return None;
    }
    let end = name.start + written.trim_end_matches(['.', '-']).len();
    let rest = &text[end..];
    let quote = rest.trim_start_matches('\\');
    let quote = quote.strip_prefix(['"', '\'']).unwrap_or(quote);
    let after = quote.trim_start_matches([' ', '\t']);
    let start = |rest: &str| text.len() - rest.len();
    if let Some(value) = separated(after, place.before) {
        let is_equals = text[..start(value)].ends_with('=');
        let blanks = value.trim_start_matches([' ', '\t']);
        let place = Place {
            is_word: is_equals && blanks.len() == value.len(),
            is_mapping: place.is_start && !is_equals,
            ..place
        };
        if is_version(text, &name, blanks, is_equals) || is_folder(word, blanks) {
            return None;
        }
        return Some(behind(text, start(blanks), &place));
    }
    // `--password value`, `["--password", "value"]`, `ENV NAME value`.
    let is_instruction = ["ENV", "ARG"]
        .iter()
        .any(|instruction| place.before.trim().eq_ignore_ascii_case(instruction));
    let value = after.trim_start_matches(['"', '\'', ',', ' ', '\t']);
    let is_apart = value.len() < rest.len() && !value.starts_with(['-', '\n', '\r']);
    let is_mount = value.starts_with("id=") || value.starts_with("type=");
    ((is_option || is_instruction) && is_apart && !is_mount).then(|| {
        let place = Place {
            is_word: is_option,
            is_start: true,
            ..place
        };
        let begin = start(value);
        let opens = text[..begin].ends_with(['"', '\'']);
        behind(text, begin - usize::from(opens), &place)
    })
}

/// The text after the separator of a key and its value; `None` if there is no assignment.
fn separated<'t>(after: &'t str, before: &str) -> Option<&'t str> {
    for separator in [":=", "=>", "=", ":"] {
        let Some(value) = after.strip_prefix(separator) else {
            continue;
        };
        // Not a value: a comparison, a URL, the tag of an image, `channel::package`.
        let is_tag = separator == ":" && before.ends_with('/') && !value.starts_with([' ', '"']);
        let is_other = value.starts_with(['=', ':', '~']) || value.starts_with("//") || is_tag;
        return (!is_other).then_some(value);
    }
    None
}

/// Whether the value is the version of a package: there are packages `jwt` and `token`, and
/// lock files contain `google-auth: '>=2.0'`.
fn is_version(text: &str, name: &Range<usize>, value: &str, is_equals: bool) -> bool {
    let word = value.trim_start_matches(['"', '\'']);
    let bound = word.trim_start_matches(['>', '<', '=', '!', '~', '^', ' ']);
    let has_operator = bound.len() < word.len();
    let bound = bound
        .split([' ', '\t', '\n', '\r', '"', '\'', ',', '|', '=', '}'])
        .next();
    let bound = bound.unwrap_or_default();
    let is_number = bound.starts_with(|c: char| c.is_ascii_digit() || c == '*')
        && bound.split('.').all(|part| part.len() <= 10)
        && (bound.contains(['.', '*']) || bound.len() <= 4)
        && !bound.contains(['+', '/', '-', '$', '!', '@']);
    let is_name = !text[name.clone()].contains(|c: char| c.is_uppercase() || c == '_');
    is_name && is_number && (is_equals || has_operator || bound == "*")
}

/// Whether the value is the working folder in a variable of a shell.
fn is_folder(name: &str, value: &str) -> bool {
    ["PWD", "OLDPWD"].contains(&name) && value.starts_with(['/', '~'])
}

/// Words that name a secret, alone or as a part of a name.
const STRONG: [&str; 29] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "jwt",
    "sas",
    "pat",
    "apikey",
    "credential",
    "credentials",
    "creds",
    "authkey",
    "authtoken",
    "accesskey",
    "accountkey",
    "secretkey",
    "privatekey",
    "connectionstring",
    "connstr",
    "pgpass",
    "cookie",
    "sig",
    "signature",
    "bearer",
    "pass",
    "auth",
];

/// Last words of names that describe a secret instead of holding it, such as `token_file`.
const ABOUT: [&str; 30] = [
    "file", "path", "dir", "folder", "url", "uri", "name", "names", "count", "limit", "length",
    "size", "type", "ttl", "expiry", "expires", "policy", "stdin", "prompt", "required", "id",
    "ring", "server", "endpoint", "host", "manager", "provider", "store", "version", "method",
];

/// Words before `key` that make it an ordinary key.
const ORDINARY: [&str; 12] = [
    "cache",
    "primary",
    "foreign",
    "sort",
    "public",
    "partition",
    "group",
    "hot",
    "host",
    "index",
    "unknown",
    "recv",
];

/// Whether a key, variable or option has the name of a secret.
fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else {
        return false;
    };
    if ABOUT.contains(&&**last) {
        return false;
    }
    let is_strong = |word: &String| {
        let ends = [
            "password",
            "passwd",
            "secret",
            "token",
            "apikey",
            "passphrase",
        ];
        STRONG.contains(&&**word) || ends.iter().any(|end| word.ends_with(end))
    };
    let is_key = matches!(&*words, [.., what, key] if key == "key" && !ORDINARY.contains(&&**what));
    let is_connection = matches!(&*words, [.., one, two]
        if one.starts_with("conn") && two.starts_with("str") || one == "art" && two == "api");
    is_key || is_connection || words.iter().any(is_strong)
}

/// Splits a name into lower-case words without trailing digits: `DB_PASSWORD_2`, `accountKey`,
/// `x-api-key`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(['_', '-', '.']) {
        let mut word = String::new();
        let mut was_small = false;
        for c in part.chars() {
            if c.is_uppercase() && was_small {
                words.push(std::mem::take(&mut word));
            }
            was_small = c.is_lowercase();
            word.extend(c.to_lowercase());
        }
        words.push(word);
    }
    for word in &mut words {
        word.truncate(word.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Position of a key within its line.
struct Place<'t> {
    /// Text before the key on the same line.
    before: &'t str,
    /// Whether only blanks, a dash or an opening bracket precede the key on its line.
    is_start: bool,
    /// Whether the key is in quotes, as in JSON.
    is_quoted: bool,
    /// Whether the key names a password. Tokens also exist outside security, as in parsing.
    is_password: bool,
    /// Whether the value is a single word.
    is_word: bool,
    /// Whether the value can continue on the next lines.
    is_mapping: bool,
}

/// Number of bytes before a key that decide its position.
const NEAR: usize = 256;

impl<'t> Place<'t> {
    fn of(text: &'t str, name: &Range<usize>) -> Self {
        // Limited, so that a line of megabytes is not read again for each of its keys.
        let near = &text[text.floor_char_boundary(name.start.saturating_sub(NEAR))..name.start];
        let before = &near[near.rfind(['\n', '\r']).map_or(0, |end| end + 1)..];
        // The line can be a comment, or have a diff marker or a line number in front.
        let blank =
            |c: char| c.is_whitespace() || c.is_ascii_digit() || "-{[,\"'#+|;/*".contains(c);
        let code = before.trim_end_matches(['"', '\'', ' ', '\t']);
        Self {
            before,
            is_start: before.chars().all(blank) || code.ends_with(['{', ',']),
            is_quoted: before.ends_with(['"', '\'']),
            is_password: text[name.clone()].to_ascii_lowercase().contains("passw"),
            is_word: false,
            is_mapping: false,
        }
    }

    fn of_yaml(text: &'t str, at: usize) -> Self {
        Self {
            is_mapping: true,
            is_start: true,
            ..Self::of(text, &(at..at))
        }
    }

    fn indentation(&self) -> usize {
        let blank = |c: char| matches!(c, ' ' | '\t' | '-');
        self.before.len() - self.before.trim_start_matches(blank).len()
    }
}

/// Ranges of a value that begins at `start`.
fn behind(text: &str, start: usize, place: &Place<'_>) -> Vec<Range<usize>> {
    let value = text[start..].trim_start_matches('\\');
    let begin = text.len() - value.len();
    if let Some(quote @ ('"' | '\'')) = value.chars().next() {
        let is_escaped = begin > start;
        let begin = begin + 1;
        let end = begin + quoted(&text[begin..], quote, is_escaped);
        return std::iter::once(begin..end).collect();
    }
    // A shell command does not reveal a secret, and a mapping has its own keys.
    let command = value.strip_prefix("$(").map(str::trim_start);
    let is_command =
        command.is_some_and(|run| !run.starts_with("echo") && !run.starts_with("printf"));
    if is_command || place.is_mapping && value.starts_with('{') {
        return Vec::new();
    }
    let rest = &text[start..];
    let length = if place.is_word {
        word(rest)
    } else {
        plain(rest, place)
    };
    let mut found: Vec<Range<usize>> = std::iter::once(start..start + length).collect();
    if place.is_mapping
        && rest[length..]
            .trim_start_matches([' ', '\t'])
            .starts_with(['\n', '\r'])
    {
        // After `|` and `>` the value is a block.
        if rest.starts_with(['|', '>']) {
            found.clear();
        }
        found.extend(below(text, start + length, place));
    }
    found
}

/// Ranges of the lines below a key that continue its value: they are indented further and are
/// neither keys nor list entries.
fn below(text: &str, from: usize, place: &Place<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = from;
    for line in text[from..].split_inclusive('\n') {
        let content = line.trim();
        let indentation = line.len() - line.trim_start().len();
        // Skips the rest of the key's line, which is empty.
        if start > from && !content.is_empty() {
            let is_other = content.starts_with(['-', '#', '{', '}', ']'])
                && !content.starts_with("-----")
                || content.split_once(':').is_some_and(|(key, value)| {
                    (value.is_empty() || value.starts_with(' '))
                        && key
                            .chars()
                            .all(|c| c.is_alphanumeric() || "_-.\"'".contains(c))
                });
            if indentation <= place.indentation() || is_other {
                break;
            }
            let begin = start + indentation;
            found.push(begin..begin + content.len());
        }
        start += line.len();
    }
    found
}

/// End of a quoted value; the end of the line if the closing quote is missing.
fn quoted(text: &str, quote: char, is_escaped: bool) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' if is_escaped && text[at + 1..].starts_with(quote) => return at,
            '\\' if quote == '"' => drop(characters.next()),
            // A doubled quote is part of the text.
            '\'' if quote == '\'' && text[at + 1..].starts_with('\'') => drop(characters.next()),
            c if c == quote => return at,
            _ => {}
        }
    }
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// Length of a word in bytes by shell rules: quotes within a word are part of it.
fn word(line: &str) -> usize {
    let mut open = None;
    for (at, c) in line.char_indices() {
        if matches!(c, '\n' | '\r') {
            return at;
        }
        let next = line[at + c.len_utf8()..].chars().next();
        match (open, c) {
            (Some(quote), c) if c == quote => open = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                let ends = next.is_none_or(|c| c.is_whitespace() || ",)]};\\".contains(c));
                let mut behind = line[at + 1..].chars();
                let is_closed = behind.find(|&next| next == c || next == '\n') == Some(c);
                if !ends && is_closed && at > 0 {
                    open = Some(c)
                } else {
                    return at;
                }
            }
            (None, ';' | '`') => return at,
            (None, c) if c.is_whitespace() => return at,
            _ => {}
        }
    }
    line.len()
}

/// Length of an unquoted value in bytes. In JSON and inline code it ends at the next
/// separator.
fn plain(line: &str, place: &Place<'_>) -> usize {
    let is_code = place.before.contains('`');
    // In a sentence the text after a colon is usually an ordinary word and not a secret,
    // except after a key for a password.
    if !place.is_start && place.before.ends_with(' ') && !is_code {
        let word = line.split(char::is_whitespace).next().unwrap_or_default();
        let is_word = word
            .chars()
            .all(|c| c.is_lowercase() || ",.:'`".contains(c));
        return if is_word && !place.is_password {
            0
        } else {
            word.len()
        };
    }
    let ends: &[char] = match (place.is_quoted, is_code) {
        (true, _) => &[',', '}'],
        (false, true) => &['`'],
        (false, false) => &[],
    };
    let end = line.find(|c| ends.contains(&c) || c == '\n' || c == '\r');
    let end = end.unwrap_or(line.len());
    let end = line[..end].find(" #").unwrap_or(end);
    line[..end].trim_end().len()
}

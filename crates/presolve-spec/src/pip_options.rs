//! The options of a requirements file
//! (<https://pip.pypa.io/en/stable/reference/requirements-file-format/#supported-options>),
//! and what each applies to: pip's table of options and its `handle_line` in
//! `pip/_internal/req/req_file.py`, which were compared from pip 19.0 to 26.3.

use std::ops::Range;

/// An option of a line, with its value.
#[derive(Debug, PartialEq, Eq)]
pub struct PipOption {
    /// The option in pip's table.
    pub known: &'static Known,
    /// Empty for an option without a value, such as `--pre`.
    pub value: String,
    /// The bytes of the value in the line, or of the option where it has none.
    pub span: Range<usize>,
    /// The bytes of the option and its value in the line.
    pub whole: Range<usize>,
}

/// An option that pip knows in a requirements file.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// The long name without dashes.
    pub name: &'static str,
    short: Option<char>,
    has_value: bool,
    /// What the option applies to.
    pub scope: Scope,
    /// The first pip that has it, as major and minor version; `None` before pip 19.0.
    pub since: Option<(u64, u64)>,
    /// The first pip that does not have it any more.
    pub until: Option<(u64, u64)>,
}

/// What an option applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole file, but only from a line of options: pip ignores it on the line of a
    /// requirement or of another file.
    File,
    /// The whole file, from any line. All lines share one `format_control` and one
    /// `release_control`, which the parser changes as it reads.
    Anywhere,
    /// The requirement on its line. pip ignores it on a line of options.
    Requirement,
    /// It is the subject of its line: `-r`, `-c`, `-e`.
    Subject,
}

impl PipOption {
    /// The long name without dashes.
    pub fn name(&self) -> &'static str {
        self.known.name
    }

    /// Writes the option with its long name, as on a line of its own.
    pub fn as_written(&self) -> String {
        let (name, value) = (self.name(), &self.value);
        if value.is_empty() {
            return format!("--{name}");
        }
        format!("--{name} {}", quoted(value))
    }
}

/// Quotes a value for pip, which splits lines as a POSIX shell does. A value that needs no
/// quotes is unchanged.
pub fn quoted(value: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\');
    if value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "'\"'\"'"))
    }
}

/// The value that [`quoted`] quoted.
pub(crate) fn unquoted(text: &str) -> String {
    let inner = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    inner.map_or_else(|| text.to_owned(), |inner| inner.replace("'\"'\"'", "'"))
}

/// The options of one line.
#[derive(Debug, Default)]
pub struct Options {
    /// In the order of the line.
    pub options: Vec<PipOption>,
    /// Words that belong to no option. pip ignores them. Adjacent words are one range.
    pub stray: Vec<Range<usize>>,
}

/// Error in a line of options.
#[derive(Debug)]
pub struct BadOption {
    /// One sentence for the user.
    pub message: String,
    /// The bytes of the line that are wrong.
    pub span: Range<usize>,
}

impl Known {
    const fn new(name: &'static str, short: Option<char>, has_value: bool, scope: Scope) -> Self {
        Self {
            name,
            short,
            has_value,
            scope,
            since: None,
            until: None,
        }
    }

    const fn since(mut self, major: u64, minor: u64) -> Self {
        self.since = Some((major, minor));
        self
    }

    const fn until(mut self, major: u64, minor: u64) -> Self {
        self.until = Some((major, minor));
        self
    }
}

static KNOWN: [Known; 23] = [
    Known::new("index-url", Some('i'), true, Scope::File),
    Known::new("pypi-url", None, true, Scope::File),
    Known::new("extra-index-url", None, true, Scope::File),
    Known::new("no-index", None, false, Scope::File),
    Known::new("constraint", Some('c'), true, Scope::Subject),
    Known::new("requirement", Some('r'), true, Scope::Subject),
    Known::new("editable", Some('e'), true, Scope::Subject),
    Known::new("find-links", Some('f'), true, Scope::File),
    Known::new("no-binary", None, true, Scope::Anywhere),
    Known::new("only-binary", None, true, Scope::Anywhere),
    Known::new("prefer-binary", None, false, Scope::File).since(20, 2),
    Known::new("require-hashes", None, false, Scope::File),
    Known::new("no-require-hashes", None, false, Scope::File).since(26, 2),
    Known::new("pre", None, false, Scope::File),
    Known::new("all-releases", None, true, Scope::Anywhere).since(26, 0),
    Known::new("only-final", None, true, Scope::Anywhere).since(26, 0),
    Known::new("trusted-host", None, true, Scope::File),
    Known::new("use-feature", None, true, Scope::File).since(20, 2),
    Known::new("always-unzip", Some('Z'), false, Scope::File).until(20, 2),
    Known::new("hash", None, true, Scope::Requirement),
    Known::new("global-option", None, true, Scope::Requirement).until(25, 3),
    Known::new("install-option", None, true, Scope::Requirement).until(23, 1),
    Known::new("config-settings", Some('C'), true, Scope::Requirement).since(23, 1),
];

/// Returns the byte at which the options begin: the first word with a dash.
pub fn begin(line: &str) -> usize {
    let mut start = 0;
    for word in line.split_inclusive(' ') {
        if word.starts_with('-') {
            return start;
        }
        start += word.len();
    }
    line.len()
}

/// Reads the options from byte `from` of a line on.
///
/// # Errors
/// Fails for an option that pip does not know, and for one whose value is missing.
pub fn parse(line: &str, from: usize) -> Result<Options, BadOption> {
    let mut words = words(line, from)?.into_iter();
    let mut read = Options::default();
    let mut after_stray = false;
    while let Some((word, span)) = words.next() {
        if !word.starts_with('-') || word == "-" {
            match read.stray.last_mut() {
                Some(before) if after_stray => before.end = span.end,
                _ => read.stray.push(span),
            }
            after_stray = true;
            continue;
        }
        after_stray = false;
        let (known, inline) = recognise(&word).map_err(|message| BadOption {
            message,
            span: span.clone(),
        })?;
        let (name, start) = (known.name, span.start);
        let (value, span) = match (known.has_value, inline) {
            (false, None) => (String::new(), span),
            (true, Some(value)) => {
                let start = span.end.saturating_sub(value.len()).max(span.start);
                (value, start..span.end)
            }
            (true, None) => words.next().ok_or_else(|| BadOption {
                message: format!("`--{name}` needs a value"),
                span: span.clone(),
            })?,
            (false, Some(_)) => {
                return Err(BadOption {
                    message: format!("`--{name}` takes no value"),
                    span,
                });
            }
        };
        read.options.push(PipOption {
            known,
            value,
            whole: start..span.end,
            span,
        });
    }
    Ok(read)
}

/// Returns the option that a word names, and the value that follows its `=`.
fn recognise(word: &str) -> Result<(&'static Known, Option<String>), String> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        let exact = KNOWN.iter().find(|known| known.name == name);
        let mut abbreviated = KNOWN.iter().filter(|known| known.name.starts_with(name));
        return match (exact, abbreviated.next(), abbreviated.next()) {
            (Some(known), ..) | (None, Some(known), None) => Ok((known, value)),
            (None, Some(_), Some(_)) => Err(format!(
                "`--{name}` is ambiguous: it matches several options"
            )),
            (None, None, _) => Err(format!(
                "pip has no option `--{name}` in a requirements file"
            )),
        };
    }
    let mut characters = word.chars();
    let letter = characters.by_ref().nth(1);
    let value = characters.as_str();
    match KNOWN
        .iter()
        .find(|known| known.short.is_some() && known.short == letter)
    {
        Some(known) => Ok((known, (!value.is_empty()).then(|| value.to_owned()))),
        None => Err(format!("pip has no option `{word}` in a requirements file")),
    }
}

/// Splits a line as a POSIX shell does: quotes and backslashes.
fn words(line: &str, from: usize) -> Result<Vec<(String, Range<usize>)>, BadOption> {
    let mut words = Vec::new();
    let mut current: Option<(String, usize)> = None;
    let mut quote = None;
    let mut characters = line[from..].char_indices().map(|(i, c)| (from + i, c));
    while let Some((index, character)) = characters.next() {
        if quote.is_none() && character.is_whitespace() {
            words.extend(current.take().map(|(word, start)| (word, start..index)));
            continue;
        }
        let (word, _) = current.get_or_insert_with(|| (String::new(), index));
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '\\') => word.extend(characters.next().map(|(_, next)| next)),
            // Between double quotes, a backslash escapes only these two.
            (Some('"'), '\\') => {
                let next = characters.next().map(|(_, next)| next);
                word.extend((!matches!(next, Some('"' | '\\'))).then_some('\\'));
                word.extend(next);
            }
            _ => word.push(character),
        }
    }
    if quote.is_some() {
        return Err(BadOption {
            message: "a quote is not closed".to_owned(),
            span: from..line.len(),
        });
    }
    words.extend(current.map(|(word, start)| (word, start..line.len())));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> String {
        match parse(line, begin(line)) {
            Ok(read) => {
                let options = read.options.iter().map(|option| {
                    format!(
                        "{}={}@{}",
                        option.name(),
                        option.value,
                        &line[option.span.clone()]
                    )
                });
                let stray = read
                    .stray
                    .iter()
                    .map(|span| format!("?{}", &line[span.clone()]));
                options.chain(stray).collect::<Vec<_>>().join(" ")
            }
            Err(bad) => format!("! {}", bad.message),
        }
    }

    #[test]
    fn quotes_are_removed_again() {
        for value in [
            "plain",
            "./my tool",
            "it's here",
            "'",
            "a\\b",
            "\"both' of them\"",
        ] {
            assert_eq!(unquoted(&quoted(value)), value);
        }
    }

    #[test]
    fn options_are_read_as_pip_reads_them() {
        for (line, options) in [
            ("-i https://h", "index-url=https://h@https://h"),
            (
                "-ihttps://h --pre",
                "index-url=https://h@https://h pre=@--pre",
            ),
            (
                "--extra-index-url=https://h",
                "extra-index-url=https://h@https://h",
            ),
            ("--extra https://h", "extra-index-url=https://h@https://h"),
            (
                "x==1 --hash=sha256:a --hash sha256:b",
                "hash=sha256:a@sha256:a hash=sha256:b@sha256:b",
            ),
            ("-e 'a b'", "editable=a b@'a b'"),
            ("--pre torch", "pre=@--pre ?torch"),
            ("--pre a  b --pre c", "pre=@--pre pre=@--pre ?a  b ?c"),
            (
                "--user",
                "! pip has no option `--user` in a requirements file",
            ),
            ("-r", "! `--requirement` needs a value"),
            ("--pre=1", "! `--pre` takes no value"),
            ("-r 'a", "! a quote is not closed"),
        ] {
            assert_eq!(read(line), options, "{line}");
        }
    }
}

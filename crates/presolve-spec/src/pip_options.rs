//! The options of a requirements file
//! (<https://pip.pypa.io/en/stable/reference/requirements-file-format/#supported-options>).

use std::ops::Range;

/// An option of a line, with its value.
#[derive(Debug, PartialEq, Eq)]
pub struct PipOption {
    /// The long name without dashes.
    pub name: &'static str,
    /// Empty for an option without a value, such as `--pre`.
    pub value: String,
    /// The bytes of the value in the line, or of the option where it has none.
    pub span: Range<usize>,
}

impl PipOption {
    /// Writes the option with its long name, as on a line of its own.
    pub fn as_written(&self) -> String {
        let (name, value) = (self.name, &self.value);
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

/// Long name, short name, and whether the option takes a value.
const KNOWN: [(&str, Option<char>, bool); 21] = [
    ("index-url", Some('i'), true),
    ("pypi-url", None, true),
    ("extra-index-url", None, true),
    ("no-index", None, false),
    ("constraint", Some('c'), true),
    ("requirement", Some('r'), true),
    ("editable", Some('e'), true),
    ("find-links", Some('f'), true),
    ("no-binary", None, true),
    ("only-binary", None, true),
    ("prefer-binary", None, false),
    ("require-hashes", None, false),
    ("pre", None, false),
    ("all-releases", None, true),
    ("only-final", None, true),
    ("trusted-host", None, true),
    ("use-feature", None, true),
    ("hash", None, true),
    ("global-option", None, true),
    ("config-settings", Some('C'), true),
    ("config-setting", None, true),
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
        let (name, takes_value, inline) = recognise(&word).map_err(|message| BadOption {
            message,
            span: span.clone(),
        })?;
        let (value, span) = match (takes_value, inline) {
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
        read.options.push(PipOption { name, value, span });
    }
    Ok(read)
}

/// Returns the option that a word names, and the value that follows its `=`.
fn recognise(word: &str) -> Result<(&'static str, bool, Option<String>), String> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        let exact = KNOWN.iter().find(|known| known.0 == name);
        let mut abbreviated = KNOWN.iter().filter(|known| known.0.starts_with(name));
        return match (exact, abbreviated.next(), abbreviated.next()) {
            (Some(known), ..) | (None, Some(known), None) => Ok((known.0, known.2, value)),
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
        .find(|known| known.1.is_some() && known.1 == letter)
    {
        Some(known) => Ok((
            known.0,
            known.2,
            (!value.is_empty()).then(|| value.to_owned()),
        )),
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
            (None | Some('"'), '\\') => word.extend(characters.next().map(|(_, next)| next)),
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
                        option.name,
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

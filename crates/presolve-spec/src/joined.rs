//! Lines that YAML joins into one value, because a mark is missing or a line is indented too
//! far.
//!
//! A plain scalar continues on each line that is indented further than its parent
//! (<https://yaml.org/spec/1.2.2/#733-plain-style>). So `- numpy` and `- pandas` below it,
//! further to the right, are one value: `numpy - pandas`. After a comment or a quote the
//! scalar cannot continue, and the same mistake is a syntax error.

use std::sync::Arc;

use super::{codes, environment::KEYS, route::Route, yaml};
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    secrets::redact,
    source::SourceFile,
};

mod separate;

pub use separate::separated;

/// The list that an entry belongs to. It decides whether a line can continue the one above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Channels,
    Conda,
    Pip,
}

impl Kind {
    /// The kind of the list that contains an entry.
    pub(crate) fn of(entry: &Route<'_>) -> Self {
        match &entry.0[..] {
            [list, _] if *list == "channels".into() => Kind::Channels,
            [_, _] => Kind::Conda,
            _ => Kind::Pip,
        }
    }
}

/// A line of the text.
#[derive(Clone, Copy, Debug)]
struct Line<'t> {
    /// The byte offset of the line.
    start: usize,
    /// The line with its line break.
    raw: &'t str,
    /// The line without its indentation and its comment.
    content: &'t str,
}

impl<'t> Line<'t> {
    /// The lines of a text from an offset on, which must be the start of a line.
    fn all_from(text: &'t str, start: usize) -> impl Iterator<Item = Self> {
        let mut start = start;
        text[start..].split_inclusive('\n').map(move |raw| {
            let line = Self::new(start, raw);
            start += raw.len();
            line
        })
    }

    fn new(start: usize, raw: &'t str) -> Self {
        let content = raw.trim_start_matches(' ');
        let end = match content.find('#') {
            Some(0) => 0,
            _ => content.find(" #").unwrap_or(content.len()),
        };
        Self {
            start,
            raw,
            content: content[..end].trim_end(),
        }
    }

    /// In blanks.
    fn indent(&self) -> usize {
        self.raw.len() - self.raw.trim_start_matches(' ').len()
    }

    fn is_blank(&self) -> bool {
        self.content.is_empty()
    }

    /// The text after the `-` of an entry, even if there is no blank between them.
    fn after_dash(&self) -> Option<&'t str> {
        let rest = self.content.strip_prefix('-')?;
        let is_separate = rest.is_empty() || rest.starts_with(' ');
        let is_glued = rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        (is_separate || is_glued).then(|| rest.trim_start())
    }

    fn location(&self, file: &Arc<SourceFile>) -> Location {
        let start = self.start + self.indent();
        Location {
            file: Arc::clone(file),
            span: start..start + self.content.len(),
        }
    }
}

/// An entry of a block list, with the lines below it that are indented further.
struct Entry<'t> {
    kind: Kind,
    /// The column of the `-`, from 0.
    dash: usize,
    /// The line with the `-`.
    first: Line<'t>,
    /// The value on that line.
    value: &'t str,
    below: Vec<Line<'t>>,
}

/// Why YAML joins the lines of an entry.
#[derive(Clone, Copy, Debug)]
enum Cause<'t> {
    /// The entry is `pip` and has a list below it.
    MissingColon,
    /// The line below is an entry of the same list.
    TooFar(Line<'t>),
    /// The line below is an entry without its `-`.
    MissingDash(Line<'t>),
}

impl<'t> Entry<'t> {
    /// The entry that begins on the line of an offset.
    fn at(text: &'t str, offset: usize) -> Option<Self> {
        let mut lines = Line::all_from(text, yaml::line_start(text, offset));
        let first = lines.next()?;
        let value = first.content.strip_prefix("- ")?.trim_start();
        let dash = first.indent();
        let mut below: Vec<Line<'_>> = lines
            .take_while(|line| line.is_blank() || line.indent() > dash)
            .collect();
        while below.last().is_some_and(Line::is_blank) {
            below.pop();
        }
        Some(Self {
            kind: kind_above(text, &first),
            dash,
            first,
            value,
            below,
        })
    }

    fn cause(&self) -> Option<Cause<'t>> {
        let entry = *self.entries().next()?;
        let is_pip = self.value.trim_matches(['\'', '"']) == "pip";
        Some(if self.kind == Kind::Conda && is_pip {
            Cause::MissingColon
        } else if entry.after_dash().is_some() {
            Cause::TooFar(entry)
        } else {
            Cause::MissingDash(entry)
        })
    }

    /// The lines below the first one that are entries themselves.
    fn entries(&self) -> impl Iterator<Item = &Line<'t>> {
        self.below.iter().filter(|line| self.is_entry(line))
    }

    fn is_entry(&self, line: &Line<'_>) -> bool {
        let above = self.below.iter().rev();
        let mut above = above.filter(|other| !other.is_blank() && other.start < line.start);
        let above = above.next().map_or(self.value, |above| above.content);
        !line.is_blank() && begins_entry(self.kind, above, line.content)
    }

    fn diagnostic(&self, file: &Arc<SourceFile>) -> Option<Diagnostic> {
        let first = Location {
            file: Arc::clone(file),
            span: {
                let start = self.first.start + self.first.raw.find(self.value)?;
                start..start + self.value.len()
            },
        };
        let error = |message: String| Diagnostic::error(codes::JOINED_LINES, message);
        let diagnostic = match self.cause()? {
            Cause::MissingColon => {
                return Some(
                    error("a `:` is missing after `pip`".to_owned())
                        .at(first, "YAML joins the lines below to this one")
                        .help("write `- pip:`"),
                );
            }
            Cause::TooFar(line) => error(format!("`{}` is indented too far", redact(line.content)))
                .at(line.location(file), "YAML joins it to the line above")
                .at(first, "")
                .help("indent it as far as the entry above"),
            Cause::MissingDash(line) => {
                let content = redact(line.content);
                error(format!("a `-` is missing before `{content}`"))
                    .at(line.location(file), "YAML joins it to the line above")
                    .at(first, "")
                    .help(format!(
                        "write `- {content}`, indented as far as the entry above"
                    ))
            }
        };
        let more = self.entries().count() - 1;
        Some(match more {
            0 => diagnostic,
            1 => diagnostic.note("YAML also joins the entry below it"),
            _ => diagnostic.note(format!("YAML also joins the {more} entries below it")),
        })
    }
}

/// The kind of the list that a line with a `-` belongs to: the nearest key above it.
fn kind_above(text: &str, line: &Line<'_>) -> Kind {
    let above: Vec<Line<'_>> = Line::all_from(&text[..line.start], 0).collect();
    let key = above.iter().rev().find_map(|other| {
        let key = other.content.strip_suffix(':')?;
        let key = key.trim_start_matches(['-', ' ']).trim_matches(['\'', '"']);
        let is_around = other.indent() <= line.indent();
        (is_around && matches!(key, "channels" | "dependencies" | "pip")).then_some(key)
    });
    match key {
        Some("channels") => Kind::Channels,
        Some("pip") => Kind::Pip,
        _ => Kind::Conda,
    }
}

/// The characters after which a match spec or a requirement continues.
const OPEN_ENDS: [char; 12] = [',', ';', '@', '(', '[', '\\', '=', '<', '>', '!', '~', '|'];

/// The words of a marker (PEP 508), which may begin a line of one.
const MARKER_WORDS: [&str; 4] = ["and", "or", "not", "in"];

/// Whether a line begins a new entry instead of continuing the one above.
fn begins_entry(kind: Kind, above: &str, content: &str) -> bool {
    if content == "-" || content.starts_with("- ") {
        return true;
    }
    if content.ends_with(':') || content.contains(": ") {
        return true;
    }
    if above.ends_with(OPEN_ENDS) {
        return false;
    }
    let is_word = content.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    match kind {
        Kind::Channels => true,
        Kind::Conda if is_word => {
            let has_operator = |text: &str| text.contains(['=', '<', '>', '!', '~']);
            let is_bare = !above.contains([' ', '[']) && !has_operator(above);
            // After a version, a word may be a build string.
            let may_be_build = content.contains(|c: char| c.is_ascii_digit() || "_*".contains(c));
            is_bare || has_operator(content) || !may_be_build
        }
        Kind::Pip if is_word => {
            let word = content.split(' ').next().unwrap_or_default();
            let waits_for_value = above.starts_with('-') && !above.contains([' ', '=']);
            !MARKER_WORDS.contains(&word) && !waits_for_value
        }
        Kind::Conda => is_glued(content, 1),
        // One letter after the dash is an option of pip, such as `-e`.
        Kind::Pip => is_glued(content, 2),
    }
}

/// Whether a line is an entry without a blank after its `-`: this many letters follow it.
fn is_glued(content: &str, letters: usize) -> bool {
    let rest = content.strip_prefix('-').unwrap_or_default();
    let word = rest.chars().take_while(char::is_ascii_alphanumeric);
    word.count() >= letters
}

/// Returns the problem of an entry that has several lines, if some of them are entries
/// themselves.
pub(crate) fn in_entry(location: &Location, kind: Kind) -> Option<Diagnostic> {
    let raw = location.text();
    let is_plain = !raw.starts_with(['\'', '"', '|', '>', '&', '!', '*']);
    if !is_plain || !raw.contains('\n') {
        return None;
    }
    let text = location.file.text();
    let start = location.span.start;
    let before = &text[yaml::line_start(text, start)..start];
    if before.trim() == "-" {
        return Entry::at(text, start)?.diagnostic(&location.file);
    }
    in_flow_list(location, kind)
}

/// Returns the problem of an entry of `[…]` that has several lines.
fn in_flow_list(location: &Location, kind: Kind) -> Option<Diagnostic> {
    let mut above: Option<Line<'_>> = None;
    let mut start = location.span.start;
    for raw in location.text().split_inclusive('\n') {
        let line = Line::new(start, raw);
        start += raw.len();
        if line.is_blank() {
            continue;
        }
        if let Some(above) = above
            && !line.content.starts_with('-')
            && begins_entry(kind, above.content, line.content)
        {
            let content = redact(above.content);
            let message = format!("a `,` is missing after `{content}`");
            let error = Diagnostic::error(codes::JOINED_LINES, message)
                .at(
                    above.location(&location.file),
                    "YAML joins the line below to this one",
                )
                .help(format!("write `{content},`"));
            return Some(error);
        }
        above = Some(line);
    }
    None
}

/// Returns a better description of a syntax error, if it comes from a missing mark or from the
/// indentation. `offset` is the position where the parser stopped.
pub(crate) fn in_syntax_error(file: &Arc<SourceFile>, offset: usize) -> Option<Diagnostic> {
    let text = file.text();
    let lines: Vec<Line<'_>> = Line::all_from(text, 0)
        .take_while(|line| line.start <= offset)
        .collect();
    let (last, above) = lines.split_last()?;
    too_far(file, last, above)
        .or_else(|| too_near(file, last, above))
        .or_else(|| key_without_colon(file, &lines))
        .or_else(|| dash_without_blank(file, &lines))
}

/// The parser stopped at a line that is indented further than a complete entry above it.
fn too_far(file: &Arc<SourceFile>, line: &Line<'_>, above: &[Line<'_>]) -> Option<Diagnostic> {
    let is_parent = |other: &&Line<'_>| !other.is_blank() && other.indent() < line.indent();
    let parent = above.iter().rev().find(is_parent)?;
    let opens = |value: &str| value.ends_with(':') || value.starts_with(['|', '>', '[', '{']);
    if let Some(value) = parent.content.strip_prefix("- ") {
        let is_complete = !opens(value) && !value.contains(": ");
        return is_complete.then(|| Entry::at(file.text(), parent.start)?.diagnostic(file))?;
    }
    let (key, value) = parent.content.split_once(": ")?;
    let (own, _) = line.content.split_once(':')?;
    if !KEYS.contains(&key) || !KEYS.contains(&own) || opens(value.trim_start()) {
        return None;
    }
    let error = Diagnostic::error(codes::JOINED_LINES, format!("`{own}:` is indented too far"));
    let place = line.start + line.indent();
    let key = Location {
        file: Arc::clone(file),
        span: place..place + own.len(),
    };
    Some(
        error
            .at(key, "YAML joins it to the line above")
            .at(parent.location(file), "")
            .help("indent it as far as the key above"),
    )
}

/// The parser stopped at an entry that is not indented as far as the entries above it.
fn too_near(file: &Arc<SourceFile>, line: &Line<'_>, above: &[Line<'_>]) -> Option<Diagnostic> {
    line.content.strip_prefix("- ")?;
    let above = above.iter().rev().filter(|other| !other.is_blank());
    let mut siblings = above.take_while(|other| other.indent() > line.indent());
    let sibling = siblings.find(|other| other.content.starts_with("- "))?;
    let content = redact(line.content);
    let message = format!("`{content}` is not indented as far as the entry above");
    Some(
        Diagnostic::error(codes::JOINED_LINES, message)
            .at(line.location(file), "YAML ends the list here")
            .at(sibling.location(file), "")
            .help("indent it as far as the entry above"),
    )
}

/// Returns the problem of a document that is one text: its only key has no `:`.
pub(crate) fn in_root(file: &Arc<SourceFile>) -> Option<Diagnostic> {
    let lines = Line::all_from(file.text(), 0).filter(|line| !line.is_blank());
    let lines: Vec<Line<'_>> = lines.collect();
    // YAML has nothing to join to the last line.
    let (_, above) = lines.split_last()?;
    key_without_colon(file, above)
}

/// The nearest line above that is the name of a key and nothing else.
fn key_without_colon(file: &Arc<SourceFile>, lines: &[Line<'_>]) -> Option<Diagnostic> {
    let is_key = |line: &&Line<'_>| line.indent() == 0 && KEYS.contains(&line.content);
    let line = lines.iter().rev().find(is_key)?;
    Some(missing_colon(line.location(file)))
}

fn missing_colon(key: Location) -> Diagnostic {
    let name = key.text().to_owned();
    let message = format!("a `:` is missing after `{name}`");
    Diagnostic::error(codes::JOINED_LINES, message)
        .at(key, "YAML joins the lines below to this one")
        .help(format!("write `{name}:`"))
}

/// The number of lines in which the cause of a syntax error is searched for, from the line
/// where the parser stopped. It stops at most one line too late.
const LINES_ABOVE: usize = 2;

/// A line with `-name` in place of `- name`.
fn dash_without_blank(file: &Arc<SourceFile>, lines: &[Line<'_>]) -> Option<Diagnostic> {
    let is_glued = |line: &&Line<'_>| is_glued(line.content, 1);
    let line = lines.iter().rev().take(LINES_ABOVE).find(is_glued)?;
    let place = line.location(file).span.start;
    let dash = Location {
        file: Arc::clone(file),
        span: place..place + 1,
    };
    let content = redact(line.content.trim_start_matches('-'));
    Some(
        Diagnostic::error(codes::JOINED_LINES, "a blank is missing after `-`")
            .at(dash, "YAML does not read this as an entry")
            .help(format!("write `- {content}`")),
    )
}

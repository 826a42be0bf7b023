//! A list of the file, with entries that can be rewritten: a block list by lines, a JSON
//! array by elements.

use std::ops::Range;

use crate::route::{Route, route};
use yaml_serde::Value;

use super::{
    edits::Edits,
    json,
    pin_comment::{LineComment, Origin},
    yaml::{self, Tree},
};
use presolve_text::diagnostic::{Diagnostic, Failure, Location};

/// A scalar entry of a list.
pub struct ListItem {
    /// The bytes of the scalar, with quotes.
    pub span: Range<usize>,
    /// Unquoted.
    pub text: String,
    /// The comment after the scalar.
    pub comment: LineComment,
    /// From the scalar to the end of its line.
    tail: Range<usize>,
}

/// The scalar entries of a block list or of an array, in order.
pub struct List {
    /// The scalar entries, in order.
    pub lines: Vec<ListItem>,
    style: Style,
}

/// The syntax of a list.
enum Style {
    /// A block list. The text is what precedes a scalar on its line: blanks, `-`, blanks.
    Lines(Option<String>),
    /// A JSON array.
    Elements(json::Array),
}

/// The new content of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The text of the scalar.
    pub text: String,
    /// The declared requirement or earlier pin that the line comes from.
    pub origin: Option<Origin>,
    /// The user's comment on a new line; a line that is rewritten keeps its own.
    pub user: String,
    /// The comment on the line above a new line.
    pub above: Option<String>,
}

impl Entry {
    /// A line without a comment.
    pub fn plain(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// A line that the user did not declare.
    pub fn added(text: String) -> Self {
        Self {
            text,
            origin: Some(Origin::Added),
            ..Self::default()
        }
    }
}

impl List {
    /// Reads the scalars of a list. Other entries are skipped.
    ///
    /// # Errors
    /// Fails when an entry is an alias, or shares its line with other content.
    pub fn read(tree: &Tree, route: &Route<'_>, value: Option<&Value>) -> Result<Self, Failure> {
        let text = tree.source().text();
        if tree.source().is_json() {
            return Ok(Self::read_array(tree, route, value));
        }
        let mut list = Self {
            lines: Vec::new(),
            style: Style::Lines(None),
        };
        let items = value.and_then(Value::as_sequence);
        for (index, item) in items.into_iter().flatten().enumerate() {
            let Value::String(value) = item else {
                continue;
            };
            let location = tree.location(&route.with_key(index));
            let span = location.span.clone();
            let previous = list.lines.last().map_or(0, |line| line.tail.end);
            let Some((tail, comment)) = yaml::trailing_comment(text, span.end) else {
                return Err(uneditable(
                    location,
                    "this line has more than one entry",
                    ONE_PER_LINE,
                ));
            };
            let prefix = &text[yaml::line_start(text, span.start)..span.start];
            let bare = prefix.trim_matches(' ') == "-" && !prefix.starts_with('\t');
            if span.start < previous || !(bare || prefix.contains('&')) {
                return Err(uneditable(
                    location,
                    "this entry cannot be edited in place",
                    ONE_PER_LINE,
                ));
            }
            if bare {
                list.style = Style::Lines(Some(prefix.to_owned()));
            }
            list.lines.push(ListItem {
                span,
                text: value.clone(),
                comment: LineComment::beside(value, comment),
                tail,
            });
        }
        Ok(list)
    }

    fn read_array(tree: &Tree, route: &Route<'_>, value: Option<&Value>) -> Self {
        let elements = value.and_then(Value::as_sequence);
        let elements = elements.into_iter().flatten().enumerate();
        let lines = elements.filter_map(|(index, element)| {
            let span = tree.span(&route.with_key(index))?;
            Some(ListItem {
                text: element.as_str()?.to_owned(),
                comment: LineComment::default(),
                tail: span.end..span.end,
                span,
            })
        });
        let span = tree.span(route).unwrap_or(0..0);
        Self {
            lines: lines.collect(),
            style: Style::Elements(json::Array::read(tree.source().text(), &span)),
        }
    }

    /// Rewrites a line. An unchanged line is not touched.
    pub fn rewrite(&self, edits: &mut Edits<'_>, line: &ListItem, entry: &Entry) {
        let comment = LineComment {
            origin: entry.origin.clone(),
            user: line.comment.user.clone(),
        };
        if line.text != entry.text {
            let scalar = scalar(&edits.text[line.span.clone()], &entry.text);
            edits.replace(line.span.clone(), &scalar);
        }
        if comment != line.comment && matches!(self.style, Style::Lines(_)) {
            let tail = &edits.text[line.tail.clone()];
            let blanks = match tail.find('#') {
                Some(blanks) => &tail[..blanks],
                None => "  ",
            };
            let end = &tail[tail.trim_end().len()..];
            let written = comment.write();
            let written = if written.is_empty() {
                String::new()
            } else {
                format!("{blanks}{written}{end}")
            };
            edits.replace(line.tail.clone(), &written);
        }
    }

    /// Removes a line. Removal from an array leaves the comma for
    /// [`json::without_stray_commas`].
    pub fn remove(&self, edits: &mut Edits<'_>, line: &ListItem) {
        match self.style {
            Style::Lines(_) => edits.remove_line(line.span.start..line.tail.end),
            Style::Elements(_) => remove_element(edits, line.span.clone()),
        }
    }

    /// Writes a new line after another one.
    pub fn insert_after(&self, edits: &mut Edits<'_>, line: &ListItem, entry: &Entry) {
        let written = match &self.style {
            Style::Lines(_) => lines(self.prefix(), entry)
                .map(|line| format!("{}{line}", edits.line_break))
                .collect(),
            Style::Elements(array) => array.behind(&json::string(&entry.text)),
        };
        edits.insert(line.tail.end, &written);
    }

    /// Writes a new line before another one.
    pub fn insert_before(&self, edits: &mut Edits<'_>, line: &ListItem, entry: &Entry) {
        self.insert_at(edits, line.span.start, self.prefix(), entry);
    }

    /// Writes a new line before any entry that begins at `start`, even a mapping.
    pub fn insert_before_any(&self, edits: &mut Edits<'_>, start: usize, entry: &Entry) {
        let line = &edits.text[yaml::line_start(edits.text, start)..];
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        self.insert_at(edits, start, &format!("{indent}- "), entry);
    }

    fn insert_at(&self, edits: &mut Edits<'_>, start: usize, prefix: &str, entry: &Entry) {
        match &self.style {
            Style::Lines(_) => {
                let lines = lines(prefix, entry).map(|line| format!("{line}{}", edits.line_break));
                edits.insert(
                    yaml::line_start(edits.text, start),
                    &lines.collect::<String>(),
                );
            }
            Style::Elements(array) => {
                edits.insert(start, &array.before(&json::string(&entry.text)));
            }
        }
    }

    fn prefix(&self) -> &str {
        match &self.style {
            Style::Lines(Some(prefix)) => prefix,
            _ => "- ",
        }
    }

    /// Writes a pip list after the last entry of `dependencies`. `line` is any line of that
    /// list. Without entries it changes nothing.
    pub fn insert_pip_list(
        &self,
        edits: &mut Edits<'_>,
        tree: &Tree,
        line: &ListItem,
        entries: &[Entry],
    ) {
        if entries.is_empty() {
            return;
        }
        let items = tree.root.get("dependencies").and_then(Value::as_sequence);
        let last = items.map_or(0, |items| items.len().saturating_sub(1));
        let end = tree.location(&route!("dependencies", last)).span.end;
        if let Style::Elements(array) = &self.style {
            let texts: Vec<String> = entries.iter().map(|entry| entry.text.clone()).collect();
            let object = array.pip_list(edits.text, &texts);
            return edits.insert(end, &array.behind(&object));
        }
        let end = yaml::line_end(edits.text, end.max(line.span.end));
        let prefix = match &self.style {
            Style::Lines(Some(prefix)) => prefix,
            _ => "",
        };
        let indent = prefix.len() - prefix.trim_start().len();
        let mut written_list = format!("{}{}- pip:", edits.line_break, " ".repeat(indent));
        let prefix = " ".repeat(indent + 2) + "- ";
        for line in entries.iter().flat_map(|entry| lines(&prefix, entry)) {
            written_list += &format!("{}{line}", edits.line_break);
        }
        edits.insert(end, &written_list);
    }
}

/// Removes an element of an array and the blanks before it, but not its comma.
pub fn remove_element(edits: &mut Edits<'_>, element: Range<usize>) {
    let start = edits.text[..element.start].trim_end().len();
    edits.replace(start..element.end, "");
}

const ONE_PER_LINE: &str = "write each entry on its own line, without anchors or aliases";

/// Formats an entry as lines of a block list: its comment above, and itself.
pub fn lines(prefix: &str, entry: &Entry) -> impl Iterator<Item = String> {
    let indent = &prefix[..prefix.len() - prefix.trim_start_matches(' ').len()];
    let above = entry.above.as_ref();
    let above = above.map(|comment| format!("{indent}{comment}"));
    let line = format!("{prefix}{}", written(entry));
    above.into_iter().chain([line])
}

/// Formats an entry with its comment.
pub fn written(entry: &Entry) -> String {
    let comment = LineComment {
        origin: entry.origin.clone(),
        user: entry.user.clone(),
    };
    let scalar = scalar("", &entry.text);
    match comment.write() {
        comment if comment.is_empty() => scalar,
        comment => format!("{scalar}  {comment}"),
    }
}

/// The failure for a file whose layout cannot be edited.
pub fn uneditable(location: Location, message: &str, help: &str) -> Failure {
    Failure::input(
        Diagnostic::error("unpinnable-line", message)
            .at(location, "")
            .help(help),
    )
}

/// Writes a text as a scalar in the quotes of the old one, or in quotes if YAML needs them.
pub fn scalar(old: &str, text: &str) -> String {
    let plain = yaml_serde::from_str::<Value>(&format!("- {text}\n")).ok()
        == Some(Value::Sequence(vec![Value::String(text.to_owned())]));
    match old.chars().next() {
        Some('\'') => format!("'{}'", text.replace('\'', "''")),
        Some('"') => serde_json::Value::String(text.to_owned()).to_string(),
        _ if plain => text.to_owned(),
        _ => serde_json::Value::String(text.to_owned()).to_string(),
    }
}

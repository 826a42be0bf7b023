//! A block list of the file as lines that can be rewritten, or an array of JSON as
//! elements that can be.

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
    /// The scalar.
    pub span: Range<usize>,
    /// The scalar's text, unquoted.
    pub text: String,
    /// The comment after it.
    pub comment: LineComment,
    /// From the scalar to the end of its line.
    tail: Range<usize>,
}

/// The scalar entries of a block list or of an array, in order.
pub struct List {
    /// The entries.
    pub lines: Vec<ListItem>,
    style: Style,
}

/// Syntax of a list.
enum Style {
    /// Each has a line: what stands before it there, blanks, `-`, blanks.
    Lines(Option<String>),
    /// Elements of a JSON array.
    Elements(json::Array),
}

/// New content of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The scalar's text.
    pub text: String,
    /// Declared requirement or earlier pin that the line comes from.
    pub origin: Option<Origin>,
}

impl Entry {
    /// A line that nobody declared.
    pub fn added(text: String) -> Self {
        Self {
            text,
            origin: Some(Origin::Added),
        }
    }
}

impl List {
    /// Reads the scalars of a list; other entries are left out.
    ///
    /// # Errors
    /// When an entry is an alias, or shares its line with something.
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

    /// Rewrites a line; nothing happens when it already is what it is to be.
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

    /// Removes a line. Of an array the comma is left behind, for
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
            Style::Lines(_) => format!("{}{}{}", edits.line_break, self.prefix(), written(entry)),
            Style::Elements(array) => array.behind(&json::string(&entry.text)),
        };
        edits.insert(line.tail.end, &written);
    }

    /// Writes a new line before another one.
    pub fn insert_before(&self, edits: &mut Edits<'_>, line: &ListItem, entry: &Entry) {
        self.insert_at(edits, line.span.start, self.prefix(), entry);
    }

    /// Writes a new line before what begins here, be it no scalar.
    pub fn insert_before_any(&self, edits: &mut Edits<'_>, start: usize, entry: &Entry) {
        let line = &edits.text[yaml::line_start(edits.text, start)..];
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        self.insert_at(edits, start, &format!("{indent}- "), entry);
    }

    fn insert_at(&self, edits: &mut Edits<'_>, start: usize, prefix: &str, entry: &Entry) {
        match &self.style {
            Style::Lines(_) => {
                let line = format!("{prefix}{}{}", written(entry), edits.line_break);
                edits.insert(yaml::line_start(edits.text, start), &line);
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

    /// Writes a pip list after the last entry of `dependencies`, of which a line is
    /// given; nothing happens without entries.
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
        for entry in entries {
            let indent = " ".repeat(indent + 2);
            written_list += &format!("{}{indent}- {}", edits.line_break, written(entry));
        }
        edits.insert(end, &written_list);
    }
}

/// Removes an element of an array with the blanks before it, but not its comma.
pub fn remove_element(edits: &mut Edits<'_>, element: Range<usize>) {
    let start = edits.text[..element.start].trim_end().len();
    edits.replace(start..element.end, "");
}

const ONE_PER_LINE: &str = "write each entry on its own line, without anchors or aliases";

/// An entry with its comment.
pub fn written(entry: &Entry) -> String {
    let comment = LineComment {
        origin: entry.origin.clone(),
        user: String::new(),
    };
    let scalar = scalar("", &entry.text);
    match comment.write() {
        comment if comment.is_empty() => scalar,
        comment => format!("{scalar}  {comment}"),
    }
}

/// The file is written in a way that cannot be edited.
pub fn uneditable(location: Location, message: &str, help: &str) -> Failure {
    Failure::input(
        Diagnostic::error("unpinnable-line", message)
            .at(location, "")
            .help(help),
    )
}

/// A text as a scalar in the quotes that the old one had.
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

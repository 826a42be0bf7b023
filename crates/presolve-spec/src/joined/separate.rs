//! The fix for joined lines: each entry on its own line, with its marks and indentation.

use super::{Cause, Entry, KEYS, Line};
use crate::yaml;
use presolve_text::diagnostic::Diagnostic;

/// Returns the text of the file with the joined lines of a diagnostic as separate entries, and
/// a title for the change.
pub fn separated(diagnostic: &Diagnostic) -> Option<(&'static str, String)> {
    let place = &diagnostic.labels.first()?.location;
    let (text, span) = (place.file.text(), place.span.clone());
    let inserted = |title, mark: char| {
        let mut text = text.to_owned();
        text.insert(span.end, mark);
        Some((title, text))
    };
    if place.text() == "-" {
        return inserted("insert the blank", ' ');
    }
    let is_alone = text[yaml::line_start(text, span.start)..span.start]
        .trim()
        .is_empty();
    if is_alone && diagnostic.labels.len() == 1 && KEYS.contains(&place.text()) {
        return inserted("insert the `:`", ':');
    }
    let first = diagnostic.labels.last()?.location.span.start;
    let start = yaml::line_start(text, first);
    match text[start..first].trim() {
        "-" => Entry::at(text, first)?.separated(text),
        "" if diagnostic.labels.len() == 2 => {
            let own = yaml::line_start(text, span.start);
            let above = &text[start..first];
            let text = [&text[..own], above, &text[span.start..]].concat();
            Some(("correct the indentation", text))
        }
        _ => inserted("insert the `,`", ','),
    }
}

impl Entry<'_> {
    fn separated(&self, text: &str) -> Option<(&'static str, String)> {
        let cause = self.cause()?;
        let (title, first, below) = match cause {
            Cause::MissingColon => {
                let end = self.first.raw.find(self.value)? + self.value.len();
                let mut first = self.first.raw.to_owned();
                first.insert(end, ':');
                ("insert the `:`", first, self.as_list())
            }
            Cause::TooFar(_) => (
                "correct the indentation",
                self.first.raw.to_owned(),
                self.as_siblings(),
            ),
            Cause::MissingDash(_) => (
                "insert the `-`",
                self.first.raw.to_owned(),
                self.as_siblings(),
            ),
        };
        let end = self.below.last()?;
        let rest = &text[end.start + end.raw.len()..];
        let text = [&text[..self.first.start], &first, &below, rest].concat();
        Some((title, text))
    }

    /// The lines below as the list of a key on the first line.
    fn as_list(&self) -> String {
        let indents = self.entries().map(Line::indent);
        let key = self.dash + 2;
        let shift = key.saturating_sub(indents.min().unwrap_or(key));
        let lines = self.below.iter().map(|line| {
            let indent = line.indent() + shift;
            if self.is_entry(line) {
                entry(line, indent)
            } else {
                indented(line, indent)
            }
        });
        lines.collect()
    }

    /// The lines below as entries of the same list.
    fn as_siblings(&self) -> String {
        let mut text = String::new();
        // The old and the new column of a key whose list follows.
        let mut key: Option<(usize, usize)> = None;
        for line in &self.below {
            if let Some((old, new)) = key
                && line.indent() >= old
                && line.after_dash().is_some()
            {
                text += &indented(line, new + line.indent() - old);
            } else if self.is_entry(line) {
                let dash = if line.after_dash().is_some() { 2 } else { 0 };
                let is_key = line.content.ends_with(':');
                key = is_key.then_some((line.indent() + dash, self.dash + 2));
                text += &entry(line, self.dash);
            } else if line.is_blank() {
                text += &indented(line, self.dash);
            } else {
                text += &indented(line, self.dash + 4);
            }
        }
        text
    }
}

/// A line as an entry at this column.
fn entry(line: &Line<'_>, indent: usize) -> String {
    let bare = line.raw.trim_start_matches(' ');
    let bare = match line.after_dash() {
        // An option of pip begins with a dash itself.
        Some(_) if !is_option(line.content) => bare.trim_start_matches('-').trim_start(),
        _ => bare,
    };
    format!("{}- {bare}", " ".repeat(indent))
}

/// Whether a line is a short option of pip, such as `-e .`.
fn is_option(content: &str) -> bool {
    let mut rest = content.chars().skip(1);
    rest.next().is_some_and(|c| c.is_ascii_alphabetic()) && rest.next() == Some(' ')
}

/// A line with another indentation. An empty line stays empty.
fn indented(line: &Line<'_>, indent: usize) -> String {
    let bare = line.raw.trim_start_matches(' ');
    if bare.trim().is_empty() {
        line.raw.to_owned()
    } else {
        format!("{}{bare}", " ".repeat(indent))
    }
}

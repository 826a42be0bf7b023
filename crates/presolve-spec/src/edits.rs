//! Replacements in a text, gathered and then made at once.

use std::ops::Range;

/// Pending replacements in a text.
pub struct Edits<'a> {
    /// Original text.
    pub text: &'a str,
    /// Line break that the text uses.
    pub line_break: &'static str,
    edits: Vec<(Range<usize>, String)>,
}

impl<'a> Edits<'a> {
    /// Nothing changes yet.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            line_break: line_break(text),
            edits: Vec::new(),
        }
    }

    /// Replaces a range; replaced ranges must not overlap.
    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        if &self.text[range.clone()] != with {
            self.edits.push((range, with.to_owned()));
        }
    }

    /// Inserts at a place; what is inserted there first comes first.
    pub fn insert(&mut self, at: usize, text: &str) {
        self.edits.push((at..at, text.to_owned()));
    }

    /// Removes the line of a place with its line break, or with the one before
    /// when it is a last line without.
    pub fn remove_line(&mut self, within: Range<usize>) {
        let start = self.text[..within.start].rfind('\n').map_or(0, |at| at + 1);
        match self.text[within.end..].find('\n') {
            Some(end) => self.replace(start..within.end + end + 1, ""),
            None => {
                let before = self.text[..start].trim_end_matches(['\r', '\n']).len();
                self.replace(before..self.text.len(), "");
            }
        }
    }

    /// Returns the text with all edits applied.
    pub fn apply(mut self) -> String {
        self.edits
            .sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::with_capacity(self.text.len() * 2);
        let mut end = 0;
        for (range, with) in self.edits {
            text.push_str(self.text.get(end..range.start).unwrap_or_default());
            text.push_str(&with);
            end = end.max(range.end);
        }
        text + &self.text[end..]
    }
}

/// How a text ends its lines: as its first line does.
pub fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

//! Replacements in a text, collected first and applied together.

use std::ops::Range;

/// Pending replacements in a text.
pub struct Edits<'a> {
    /// The original text.
    pub text: &'a str,
    /// The line break of the text, `\n` or `\r\n`.
    pub line_break: &'static str,
    edits: Vec<(Range<usize>, String)>,
}

impl<'a> Edits<'a> {
    /// Starts without replacements.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            line_break: line_break(text),
            edits: Vec::new(),
        }
    }

    /// Replaces a range. Replaced ranges must not overlap.
    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        if &self.text[range.clone()] != with {
            self.edits.push((range, with.to_owned()));
        }
    }

    /// Inserts text at an offset. Several insertions at one offset keep their order.
    pub fn insert(&mut self, at: usize, text: &str) {
        self.edits.push((at..at, text.to_owned()));
    }

    /// Removes the line of a range with its line break. A last line without a line break is
    /// removed with the one before it.
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

/// Returns the line break of a text's first line.
pub fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

//! The decoded text of a file, which computes its lines and its format once, at first use.

use std::sync::OnceLock;

use serde::de::IgnoredAny;

/// A text with its lazily computed line table.
#[derive(Debug, Default)]
pub(super) struct Text {
    text: String,
    is_json: OnceLock<bool>,
    /// Byte offset of the start of each line.
    lines: OnceLock<Vec<usize>>,
}

impl Text {
    pub(super) fn new(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn is_json(&self) -> bool {
        *self.is_json.get_or_init(|| is_json(&self.text))
    }

    /// Returns the line and column of a byte offset, as in
    /// [`crate::source::SourceFile::line_column`].
    pub(super) fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let lines = self.lines.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(place, _)| place + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let line = lines.partition_point(|&start| start <= offset);
        let start = lines.get(line.wrapping_sub(1)).copied().unwrap_or(0);
        (line, self.text[start..offset].chars().count() + 1)
    }
}

/// Whether a text is JSON. YAML in flow style that is also valid JSON counts.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

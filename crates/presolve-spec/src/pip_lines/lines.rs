//! The logical lines of a requirements file, as pip splits a text.

use std::ops::Range;

/// A line without its comment and with its continuation lines joined.
pub(super) struct LogicalLine {
    pub(super) text: String,
    /// Where each of its rows begins: in `text` with `cut`, and in the text that it is from.
    rows: Vec<(usize, usize)>,
    /// The length of the blanks that were removed at the start of `text`.
    cut: usize,
}

impl LogicalLine {
    /// The place of a part in the text that the line is from.
    pub(super) fn place(&self, part: Range<usize>) -> Range<usize> {
        let of = |index: usize| {
            let index = index + self.cut;
            let row = self.rows.partition_point(|(start, _)| *start <= index);
            let row = self.rows.get(row.saturating_sub(1));
            row.map_or(0, |(start, offset)| offset + index - start)
        };
        match part.is_empty() {
            true => of(part.start)..of(part.start),
            // The end of a part may be where the next row begins.
            false => of(part.start)..of(part.end - 1) + 1,
        }
    }
}

/// Returns the place of the first character other than `\n` and `\r\n` at which pip ends a line:
/// it splits with Python's [`str.splitlines`].
///
/// [`str.splitlines`]: https://docs.python.org/3/library/stdtypes.html#str.splitlines
pub(super) fn other_break(text: &str) -> Option<usize> {
    let breaks = text.char_indices().filter(|(_, character)| {
        matches!(
            character,
            '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    });
    let mut alone = breaks.filter(|(index, _)| !text[*index..].starts_with("\r\n"));
    alone.next().map(|(index, _)| index)
}

/// Joins lines that end with `\`. Drops comments and empty lines.
pub(super) fn logical_lines(text: &str) -> Vec<LogicalLine> {
    let mut lines = Vec::new();
    let mut pending: Option<LogicalLine> = None;
    let mut offset = 0;
    for raw in text.split_inclusive('\n') {
        let start = offset;
        offset += raw.len();
        let line = raw.trim_end_matches(['\n', '\r']);
        let comment = line.trim_start().starts_with('#');
        let continues = line.ends_with('\\') && !comment;
        let mut joined = pending.take().unwrap_or(LogicalLine {
            text: String::new(),
            rows: Vec::new(),
            cut: 0,
        });
        if comment {
            joined.text.push(' ');
        }
        joined.rows.push((joined.text.len(), start));
        joined
            .text
            .push_str(line.trim_end_matches(if continues { '\\' } else { '\n' }));
        if continues {
            pending = Some(joined);
        } else {
            lines.extend(without_comment(joined));
        }
    }
    lines.extend(pending.and_then(without_comment));
    lines
}

/// Removes the comment and the surrounding blanks; `None` if the rest is empty.
fn without_comment(mut line: LogicalLine) -> Option<LogicalLine> {
    let comment = line.text.char_indices().find(|&(index, character)| {
        character == '#'
            && line.text[..index]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace)
    });
    if let Some((index, _)) = comment {
        line.text.truncate(index);
    }
    line.cut = line.text.len() - line.text.trim_start().len();
    line.text = line.text.trim().to_owned();
    (!line.text.is_empty()).then_some(line)
}

//! The text of a box: broken into lines, cut if it is too long, and measured.
//!
//! The font is unknown when the page is written. So all text of a picture is monospaced, in
//! fonts whose characters are at most 0.602 em wide (Menlo and DejaVu Sans Mono; the others in
//! the style sheet are narrower).

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of a character, in em: the widest one, rounded up.
const ADVANCE: f64 = 0.605;

/// The style of a line of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    /// An annotation, in a small font.
    Small,
    /// Text of the file, versions.
    Text,
    /// A name.
    Name,
    /// The name of the disputed package.
    Title,
}

impl Style {
    /// Returns the class of the style sheet, which sets the size.
    pub(super) fn class(self) -> &'static str {
        match self {
            Style::Small => "small",
            Style::Text => "text",
            Style::Name => "name",
            Style::Title => "title",
        }
    }

    /// Returns the font size, in pixels.
    pub(super) fn size(self) -> f64 {
        match self {
            Style::Small => 11.0,
            Style::Text | Style::Name => 13.0,
            Style::Title => 16.0,
        }
    }

    /// Returns the line height, in pixels.
    pub(super) fn leading(self) -> f64 {
        self.size() * 1.4
    }
}

/// A line of text in a box.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LabelLine {
    /// The text.
    pub text: String,
    /// The style of the line.
    pub style: Style,
}

/// The text of a box.
#[derive(Clone, Debug, Default)]
pub(super) struct Label {
    /// The lines of text, from top to bottom.
    pub lines: Vec<LabelLine>,
    /// The full text, even if the lines are cut.
    pub full: String,
}

impl Label {
    /// Adds a paragraph of at most `most` lines of this width, in pixels.
    pub(super) fn paragraph(mut self, text: &str, style: Style, width: f64, most: usize) -> Self {
        let columns = (width / (style.size() * ADVANCE)).floor().max(4.0) as usize;
        if !self.full.is_empty() {
            self.full.push('\n');
        }
        self.full.push_str(text);
        let lines = cut(broken(text, columns), columns, most);
        self.lines
            .extend(lines.into_iter().map(|text| LabelLine { text, style }));
        self
    }

    /// Returns the width of the longest line, in pixels.
    pub(super) fn width(&self) -> f64 {
        let widths = self.lines.iter().map(LabelLine::width);
        widths.fold(0.0, f64::max)
    }

    /// Returns the height of all lines, in pixels.
    pub(super) fn height(&self) -> f64 {
        self.lines.iter().map(|line| line.style.leading()).sum()
    }
}

impl LabelLine {
    /// The maximum width, in pixels.
    pub(super) fn width(&self) -> f64 {
        self.text.width() as f64 * self.style.size() * ADVANCE
    }
}

/// Breaks a text into lines of `columns` columns. A line ends where a reader would break it,
/// if there is such a position in its second half.
fn broken(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while rest.width() > columns {
        let end = columns_end(rest, columns);
        let good = |breaks: fn(char, char) -> bool| {
            let pairs = rest.char_indices().zip(rest.chars().skip(1));
            let places = pairs.filter(|&((_, before), after)| breaks(before, after));
            let places = places.map(|((at, c), _)| at + c.len_utf8());
            let places = places.take_while(|&at| at <= end);
            places
                .filter(|&at| rest[..at].width() * 2 >= columns)
                .last()
        };
        let end = good(is_seam).or_else(|| good(is_sign)).unwrap_or(end);
        if end == rest.len() {
            break;
        }
        lines.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    lines.push(rest.to_owned());
    lines
}

/// Whether a line may end between these characters: between words, in a name, or before the
/// version.
fn is_seam(before: char, after: char) -> bool {
    const OPERATOR: &str = "<>=!~";
    " -_/,;[".contains(before) || (OPERATOR.contains(after) && !OPERATOR.contains(before))
}

/// Whether a line may end here because it is not inside a word or number.
fn is_sign(before: char, _after: char) -> bool {
    !before.is_alphanumeric()
}

/// Keeps the first lines. The last one shows that text is missing.
fn cut(mut lines: Vec<String>, columns: usize, most: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        let last = lines.last_mut().expect("at least one line");
        let end = columns_end(last, columns - 1);
        last.truncate(end);
        last.push('…');
    }
    lines
}

/// Returns the byte offset after the first columns of a text, at least one character.
fn columns_end(text: &str, columns: usize) -> usize {
    let mut width = 0;
    for (at, c) in text.char_indices() {
        width += c.width().unwrap_or(0);
        if width > columns && at > 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, columns: usize, most: usize) -> Vec<String> {
        cut(broken(text, columns), columns, most)
    }

    #[test]
    fn a_text_breaks_behind_a_sign() {
        assert_eq!(lines("tensorflow", 12, 2), ["tensorflow"]);
        assert_eq!(
            lines("azureml-dataset-runtime", 16, 2),
            ["azureml-dataset-", "runtime"]
        );
        assert_eq!(lines("1.0 to 1.4 or 2.0", 12, 3), ["1.0 to 1.4", "or 2.0"]);
        assert_eq!(
            lines("pydata-theme=0.12.0", 14, 2),
            ["pydata-theme", "=0.12.0"]
        );
        assert_eq!(lines("1.2.3.4.5.6", 7, 2), ["1.2.3.", "4.5.6"]);
        assert_eq!(lines("abcdefghijkl", 5, 3), ["abcde", "fghij", "kl"]);
    }

    #[test]
    fn what_is_cut_says_so_and_stays_in_the_full_text() {
        assert_eq!(lines("abcdefghijkl", 5, 2), ["abcde", "fghi…"]);
        let label = Label::default().paragraph(&"x".repeat(99), Style::Text, 80.0, 2);
        assert_eq!(label.full.len(), 99);
        assert!(label.width() <= 80.0);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(lines("蛇蛇蛇", 4, 3), ["蛇蛇", "蛇"]);
        assert_eq!(lines("蛇蛇蛇", 1, 3), ["蛇", "蛇", "蛇"]);
    }
}

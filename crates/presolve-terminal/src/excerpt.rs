//! The part of a file that a diagnostic shows: the lines of its places. A line can have
//! megabytes, such as in a JSON file without line breaks, so only some words of it are shown.

use std::ops::Range;

/// Length of the longest line that is shown in full, in bytes.
const LONG: usize = 400;
/// Length of the context before and after each end of a span in a longer line, in bytes.
const AROUND: usize = 60;
/// Maximum number of spans: each takes one output line below a long line.
const MOST_PLACES: usize = 8;
/// Replaces omitted text.
const GAP: char = '…';

/// A shortened text and the spans within it.
#[derive(Debug, PartialEq)]
pub(crate) struct Excerpt {
    /// Lines from the first span to the last.
    pub text: String,
    /// Byte offset of the first line in the file.
    pub start: usize,
    /// The spans as byte ranges of `text`; the first [`MOST_PLACES`] of them if a line is long.
    pub spans: Vec<Range<usize>>,
}

/// Byte range from the line of the first span to the line of the last, with its line break;
/// `None` without a span.
fn lines_of(text: &str, spans: &[Range<usize>]) -> Option<(usize, usize)> {
    let mut first = spans.iter().map(|span| span.start).min()?;
    let last = spans.iter().map(|span| span.end).max()?;
    // The renderer shows the end of a text in its last line.
    if first == text.len() && text.ends_with('\n') {
        first -= 1;
    }
    let start = text[..first].rfind('\n').map_or(0, |before| before + 1);
    let end = text[last..]
        .find('\n')
        .map_or(text.len(), |after| last + after + 1);
    Some((start, end))
}

fn is_long(line: &str) -> bool {
    line.len() > LONG
}

/// The excerpt of a text with these spans; `None` without a span. They must be within the text
/// and on character boundaries.
pub(crate) fn of(text: &str, spans: &[Range<usize>]) -> Option<Excerpt> {
    let (start, end) = lines_of(text, spans)?;
    let lines = &text[start..end];
    if lines.split('\n').any(is_long) {
        return of_long_lines(text, &spans[..spans.len().min(MOST_PLACES)]);
    }
    let moved = |span: &Range<usize>| span.start - start..span.end - start;
    Some(Excerpt {
        text: lines.to_owned(),
        start,
        spans: spans.iter().map(moved).collect(),
    })
}

fn of_long_lines(text: &str, spans: &[Range<usize>]) -> Option<Excerpt> {
    let (start, end) = lines_of(text, spans)?;
    let mut ends: Vec<usize> = spans
        .iter()
        .flat_map(|span| [span.start, span.end])
        .collect();
    ends.sort_unstable();
    let mut shown = Shown::default();
    let mut at = start;
    for line in text[start..end].split('\n') {
        let own = at..at + line.len();
        if is_long(line) {
            shown.parts(text, &own, &ends)
        } else {
            shown.part(text, own.clone())
        }
        shown.text.push('\n');
        at = own.end + 1;
    }
    shown.text.pop();
    Some(Excerpt {
        start,
        spans: spans
            .iter()
            .map(|span| shown.place(span.start)..shown.place(span.end))
            .collect(),
        text: shown.text,
    })
}

/// The text of an excerpt, with the origin of its parts.
#[derive(Default)]
struct Shown {
    text: String,
    /// Byte ranges of the file, each with its offset in the text.
    parts: Vec<(Range<usize>, usize)>,
}

impl Shown {
    fn part(&mut self, text: &str, part: Range<usize>) {
        self.parts.push((part.clone(), self.text.len()));
        self.text.push_str(&text[part]);
    }

    /// Ranges of the line around the ends of spans, or its beginning if it has none.
    fn parts(&mut self, text: &str, line: &Range<usize>, ends: &[usize]) {
        let own = ends
            .iter()
            .filter(|&&end| line.start <= end && end <= line.end);
        let mut own: Vec<usize> = own.copied().collect();
        if own.is_empty() {
            own.push(line.start);
        }
        let mut done = line.start;
        for end in own {
            let from = text
                .floor_char_boundary(end.saturating_sub(AROUND))
                .max(done);
            let to = text.ceil_char_boundary(end + AROUND).min(line.end);
            if from > done {
                self.text.push(GAP);
            }
            if to > from {
                self.part(text, from..to);
                done = to;
            }
        }
        if done < line.end {
            self.text.push(GAP);
        }
    }

    fn place(&self, offset: usize) -> usize {
        let part = self
            .parts
            .iter()
            .find(|(part, _)| part.start <= offset && offset <= part.end);
        part.map_or(self.text.len(), |(part, at)| at + offset - part.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_place(text: &str, place: Range<usize>) -> Excerpt {
        of(text, std::slice::from_ref(&place)).expect("has a place")
    }

    #[test]
    fn short_lines_are_shown_as_they_are() {
        let shown = |text: &str, start, place| Excerpt {
            text: text.to_owned(),
            start,
            spans: vec![place],
        };
        assert_eq!(of_place("a: 1\nb: 2\n", 5..6), shown("b: 2\n", 5, 0..1));
        let other = format!("{}\nb: 2\n", "x".repeat(1000));
        assert_eq!(of_place(&other, 1002..1004), shown("b: 2\n", 1001, 1..3));
        assert_eq!(of_place("a: 1\n", 5..5), shown("a: 1\n", 0, 5..5));
        assert_eq!(of("a: 1\n", &[]), None);
    }

    #[test]
    fn a_long_line_is_shown_around_its_places() {
        let text = format!("a\n{}HERE{}\nb", "é".repeat(1000), "x".repeat(1000));
        let start = text.find('H').expect("is there");
        let excerpt = of_place(&text, start..start + 4);
        assert_eq!(excerpt.start, 2);
        assert_eq!(&excerpt.text[excerpt.spans[0].clone()], "HERE");
        assert!(excerpt.text.starts_with("…é") && excerpt.text.ends_with("x…\n"));
        assert!(excerpt.text.len() < 2 * LONG, "{}", excerpt.text.len());
    }

    #[test]
    fn a_place_that_is_long_itself_loses_its_middle() {
        let text = "x".repeat(10_000);
        let excerpt = of(&text, &[100..9_000, 100..101]).expect("has places");
        assert!(excerpt.text.len() < LONG, "{}", excerpt.text.len());
        assert_eq!(excerpt.text.matches(GAP).count(), 3);
        assert_eq!(excerpt.spans[0].start, excerpt.spans[1].start);
        assert!(excerpt.spans[0].end > excerpt.spans[1].end);
    }
}

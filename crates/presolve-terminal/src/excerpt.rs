//! The part of a file that a diagnostic shows. A line can have megabytes, such as that of a
//! JSON file without line breaks: each of its diagnostics shows a few words of it.

use std::ops::Range;

/// The longest line that is shown as it is, in bytes.
const LONG: usize = 400;
/// How much of a longer line is shown before and after each end of a place, in bytes.
const AROUND: usize = 60;
/// The most places that are shown: each takes a line below a long one.
const MOST_PLACES: usize = 8;
/// Stands for what is left out.
const GAP: char = '…';

/// A text with places in it.
#[derive(Debug, PartialEq)]
pub(crate) struct Excerpt {
    /// The lines from the first place to the last one.
    pub text: String,
    /// The number of the first line, from 1.
    pub line: usize,
    /// The first of the places, as bytes of `text`.
    pub spans: Vec<Range<usize>>,
}

/// The bytes from the line of the first place to that of the last one; none without a place.
fn lines_of(text: &str, spans: &[Range<usize>]) -> Option<(usize, usize)> {
    let first = spans.iter().map(|span| span.start).min()?;
    let last = spans.iter().map(|span| span.end).max()?;
    let start = text[..first].rfind('\n').map_or(0, |before| before + 1);
    let end = text[last..]
        .find('\n')
        .map_or(text.len(), |after| last + after);
    Some((start, end))
}

fn is_long(line: &str) -> bool {
    line.len() > LONG
}

/// What to show where a line is too long to be shown as it is; none if no line is. The spans
/// are within the text, on whole characters.
pub(crate) fn of_long_lines(text: &str, spans: &[Range<usize>]) -> Option<Excerpt> {
    let (start, end) = lines_of(text, spans)?;
    if !text[start..end].split('\n').any(is_long) {
        return None;
    }
    let spans = &spans[..spans.len().min(MOST_PLACES)];
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
        line: text[..start].matches('\n').count() + 1,
        spans: spans
            .iter()
            .map(|span| shown.place(span.start)..shown.place(span.end))
            .collect(),
        text: shown.text,
    })
}

/// The text of an excerpt, with where its parts are from.
#[derive(Default)]
struct Shown {
    text: String,
    /// Bytes of the file, each with its place in the text.
    parts: Vec<(Range<usize>, usize)>,
}

impl Shown {
    fn part(&mut self, text: &str, part: Range<usize>) {
        self.parts.push((part.clone(), self.text.len()));
        self.text.push_str(&text[part]);
    }

    /// What surrounds the ends of places in a line; its beginning if it has none.
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

    fn of_place(text: &str, place: Range<usize>) -> Option<Excerpt> {
        of_long_lines(text, std::slice::from_ref(&place))
    }

    #[test]
    fn short_lines_are_shown_as_they_are() {
        assert_eq!(of_place("a: 1\nb: 2\n", 5..6), None);
        let other = format!("{}\nb: 2\n", "x".repeat(1000));
        assert_eq!(of_place(&other, 1001..1002), None);
    }

    #[test]
    fn a_long_line_is_shown_around_its_places() {
        let text = format!("a\n{}HERE{}\nb", "é".repeat(1000), "x".repeat(1000));
        let start = text.find('H').expect("is there");
        let excerpt = of_place(&text, start..start + 4).expect("is long");
        assert_eq!(excerpt.line, 2);
        assert_eq!(&excerpt.text[excerpt.spans[0].clone()], "HERE");
        assert!(excerpt.text.starts_with("…é") && excerpt.text.ends_with("x…"));
        assert!(excerpt.text.len() < 2 * LONG, "{}", excerpt.text.len());
    }

    #[test]
    fn a_place_that_is_long_itself_loses_its_middle() {
        let text = "x".repeat(10_000);
        let excerpt = of_long_lines(&text, &[100..9_000, 100..101]).expect("is long");
        assert!(excerpt.text.len() < LONG, "{}", excerpt.text.len());
        assert_eq!(excerpt.text.matches(GAP).count(), 3);
        assert_eq!(excerpt.spans[0].start, excerpt.spans[1].start);
        assert!(excerpt.spans[0].end > excerpt.spans[1].end);
    }
}

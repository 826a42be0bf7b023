//! Lines of the file with the conflicting parts underlined, as in rustc.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use maud::{Markup, html};

use presolve_terminal::foreign::shown_in_place;
use presolve_text::{diagnostic::Location, source::SourceFile};

/// Returns the lines at these positions, file by file.
pub(super) fn snippets<'l>(places: impl Iterator<Item = &'l Location>) -> Markup {
    let mut files: Vec<(Arc<SourceFile>, Vec<&Location>)> = Vec::new();
    for place in places {
        match files
            .iter_mut()
            .find(|(file, _)| Arc::ptr_eq(file, &place.file))
        {
            Some((_, places)) => places.push(place),
            None => files.push((Arc::clone(&place.file), vec![place])),
        }
    }
    html! {
        @for (file, places) in &files { (snippet(file, places)) }
    }
}

fn snippet(file: &SourceFile, places: &[&Location]) -> Markup {
    let text = shown_in_place(file.text());
    let mut marked: BTreeMap<usize, Vec<&Location>> = BTreeMap::new();
    for place in places {
        marked.entry(place.line_column().0).or_default().push(place);
    }
    let mut last = None;
    html! {
        figure class="snippet" {
            figcaption { (file.path().display()) }
            // Scrollable text must be reachable by keyboard.
            pre tabindex="0" {
                @for (line, places) in &marked {
                    @match last.replace(*line) {
                        Some(before) if before + 2 == *line => (row(&text, line - 1, &[])),
                        Some(before) if before + 1 < *line => span class="row" { span class="number" { "⋮" } "\n" },
                        _ => {},
                    }
                    (row(&text, *line, places))
                }
            }
        }
    }
}

fn row(text: &str, line: usize, places: &[&Location]) -> Markup {
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let content = text[start..].lines().next().unwrap_or_default();
    let within = |offset: usize| boundary(content, offset.saturating_sub(start));
    let spans = places
        .iter()
        .map(|place| within(place.span.start)..within(place.span.end));
    let parts = parts(content, spans.collect());
    html! {
        span class="row" {
            span class="number" { (line) }
            @for (is_marked, part) in parts {
                @if is_marked { mark { (part) } } @else { (part) }
            }
            "\n"
        }
    }
}

/// Splits a text into parts. Those in a span are marked.
fn parts(text: &str, mut spans: Vec<Range<usize>>) -> Vec<(bool, &str)> {
    spans.sort_by_key(|span| span.start);
    let mut parts = Vec::new();
    let mut at = 0;
    for span in spans {
        if span.start >= at {
            parts.push((false, &text[at..span.start]));
            parts.push((true, &text[span.clone()]));
            at = span.end;
        }
    }
    parts.push((false, &text[at..]));
    parts
}

/// Returns an offset that is within the text and on a character boundary.
fn boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

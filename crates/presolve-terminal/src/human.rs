//! Renders diagnostics for people, in the layout of rustc, always with styles. The output
//! stream keeps or removes the styles.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};
use anstream::adapter::strip_str;

use presolve_text::{
    diagnostic::{Diagnostic, Label, Level},
    source::SourceFile,
};

use crate::{
    excerpt::{self, Excerpt},
    foreign::{shown, shown_in_place},
    wrap::wrap,
};

/// The width of the terminal in columns.
static WIDTH: OnceLock<Option<usize>> = OnceLock::new();

/// What precedes a note at most: `    = note: `, with a line number of five digits.
const MARGIN: usize = 15;

/// The smallest width for which wrapped notes are readable.
const NARROWEST: usize = 40;

/// Sets the width to which notes are wrapped; `None` if the output is not a terminal. The first
/// call counts.
pub fn set_width(width: Option<usize>) {
    // A second call changes nothing.
    let _ = WIDTH.set(width);
}

/// Wraps a note for the terminal.
fn wrapped(text: &str) -> String {
    match WIDTH.get().copied().flatten() {
        Some(width) => wrap(text, width.max(NARROWEST) - MARGIN),
        None => text.to_owned(),
    }
}

/// Renders a diagnostic: level and name, the labelled source lines, notes and help. Ends
/// without a line break.
pub fn render(diagnostic: &Diagnostic) -> String {
    render_places(diagnostic, 1)
}

/// Like [`render`], but the first `primary` labels are primary.
pub fn render_places(diagnostic: &Diagnostic, primary: usize) -> String {
    let primary = primary.min(diagnostic.labels.len());
    let places: Vec<Place> = by_place(&diagnostic.labels)
        .into_iter()
        .map(|cluster| Place::new(cluster, &diagnostic.labels[..primary]))
        .collect();
    let message = shown(&diagnostic.message);
    let title = title(diagnostic.level).primary_title(message);
    let mut group = Group::with_title(title.id(diagnostic.name));
    for place in &places {
        group = group.element(place.snippet());
    }
    for note in &diagnostic.notes {
        group = group.element(Title::NOTE.message(wrapped(&shown(note))));
    }
    for help in &diagnostic.help {
        group = group.element(Title::HELP.message(wrapped(&shown(help))));
    }
    let text = rendered(group, &Renderer::styled());
    places
        .iter()
        .fold(text, |text, place| place.with_own_column(text))
}

/// The title for a severity.
pub(crate) fn title(level: Level) -> Title<'static> {
    match level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note => Title::NOTE,
    }
}

/// Renders a message without a final line break.
pub(crate) fn rendered(group: Group<'_>, renderer: &Renderer) -> String {
    with_arrows(&renderer.render(&[group]))
}

/// Replaces the `:::` before a further file by `-->`: GitHub Actions takes a line that begins
/// with two colons for a command.
fn with_arrows(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let has_colons = || strip_str(line).to_string().trim_start().starts_with(":::");
        if line.contains(":::") && has_colons() {
            line.replacen(":::", "-->", 1)
        } else {
            line.to_owned()
        }
    });
    lines.collect()
}

/// The distance in lines from which two labels in a file are shown separately. The renderer
/// reads all lines from the first label to the last.
const FAR: usize = 200;

/// Labels in the same file that are not far from each other, and their lines.
struct Cluster<'d> {
    file: Arc<SourceFile>,
    lines: std::ops::RangeInclusive<usize>,
    labels: Vec<&'d Label>,
}

/// Groups the labels by place. That of the primary label is first.
fn by_place(labels: &[Label]) -> Vec<Cluster<'_>> {
    let mut clusters: Vec<Cluster<'_>> = Vec::new();
    for label in labels {
        let file = &label.location.file;
        let line = label.location.line_column().0;
        let is_near = |cluster: &&mut Cluster<'_>| {
            let (first, last) = (*cluster.lines.start(), *cluster.lines.end());
            Arc::ptr_eq(&cluster.file, file) && first < line + FAR && line < last + FAR
        };
        match clusters.iter_mut().find(is_near) {
            Some(cluster) => {
                let (first, last) = (*cluster.lines.start(), *cluster.lines.end());
                cluster.lines = first.min(line)..=last.max(line);
                cluster.labels.push(label);
            }
            None => clusters.push(Cluster {
                file: Arc::clone(file),
                lines: line..=line,
                labels: vec![label],
            }),
        }
    }
    clusters
}

/// The last file with its redacted text, because consecutive diagnostics are usually about the
/// same file.
static LAST: Mutex<Option<(Arc<SourceFile>, Arc<str>)>> = Mutex::new(None);

fn text_of(file: &Arc<SourceFile>) -> Arc<str> {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, text)) if Arc::ptr_eq(known, file) => Arc::clone(text),
        _ => {
            let text: Arc<str> = shown_in_place(file.text()).into();
            *last = Some((Arc::clone(file), Arc::clone(&text)));
            text
        }
    }
}

/// The part of a file that a diagnostic shows.
struct Place {
    path: String,
    text: String,
    annotations: Vec<(AnnotationKind, std::ops::Range<usize>, String)>,
    /// The number of the first line of the text.
    first: usize,
    /// The line and column of the first label.
    start: (usize, usize),
}

impl Place {
    fn new(Cluster { file, labels, .. }: Cluster<'_>, primary: &[Label]) -> Self {
        let text = text_of(&file);
        let spans = labels
            .iter()
            .map(|label| within(&text, &label.location.span));
        let spans: Vec<std::ops::Range<usize>> = spans.collect();
        let start = labels[0].location.line_column();
        let Excerpt {
            text,
            start: first,
            spans,
        } = excerpt::of(&text, &spans).expect("each place has a label");
        let annotations = labels.into_iter().zip(spans).map(|(label, span)| {
            let kind = if primary.iter().any(|first| std::ptr::eq(first, label)) {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            (kind, span, shown(&label.text))
        });
        Self {
            path: shown(&file.path().display().to_string()),
            annotations: annotations.collect(),
            text,
            first: file.line_column(first).0,
            start,
        }
    }

    fn snippet(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let annotations = self.annotations.iter().map(|(kind, span, text)| {
            let annotation = kind.span(span.clone());
            if text.is_empty() {
                annotation
            } else {
                annotation.label(text)
            }
        });
        Snippet::source(&*self.text)
            .line_start(self.first)
            .path(&self.path)
            .annotations(annotations)
    }

    /// Replaces the column within the excerpt by the column within the file.
    fn with_own_column(&self, text: String) -> String {
        let Some((_, span, _)) = self.annotations.first() else {
            return text;
        };
        let (line, column) = self.start;
        let before = &self.text[..span.start];
        let start = before.rfind('\n').map_or(0, |before| before + 1);
        let shown = before[start..].chars().count() + 1;
        let place = |column: usize| format!("{}:{line}:{column}", self.path);
        text.replacen(&place(shown), &place(column), 1)
    }
}

/// Moves a span into the text and onto character boundaries, as the renderer requires.
fn within(text: &str, span: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let boundary = |mut offset: usize| {
        offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = boundary(span.start);
    start..boundary(span.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::unstyled;
    use presolve_text::diagnostic::Location;

    fn location(file: &Arc<SourceFile>, text: &str) -> Location {
        let start = file.text().find(text).expect("is there");
        Location {
            file: Arc::clone(file),
            span: start..start + text.len(),
        }
    }

    #[test]
    fn everything_is_shown() {
        let file =
            SourceFile::from_text("e.yml", "name: déjà\r\ndependencies:\r\n  - 蛇 numpy\r\n");
        let other = SourceFile::from_text("r.txt", "--index-url https://u:p@h/simple\n");
        let diagnostic = Diagnostic::error("bad-spec", "`numpy` is bad")
            .at(location(&file, "numpy"), "this one")
            .at(location(&file, "déjà"), "")
            .at(location(&other, "https://u:p@h/simple"), "from here")
            .note("https://u:p@h is an index")
            .help("remove it");
        insta::assert_snapshot!(unstyled(&render(&diagnostic)), @r#"
        error[bad-spec]: `numpy` is bad
         --> e.yml:3:7
          |
        1 | name: déjà
          |       ----
        2 | dependencies:
        3 |   - 蛇 numpy
          |        ^^^^^ this one
          |
         --> r.txt:1:13
          |
        1 | --index-url https://***@h/simple
          |             -------------------- from here
          |
          = note: https://****@h is an index
          = help: remove it
        "#);
        let styled = render(&diagnostic);
        assert_ne!(strip_str(&styled).to_string(), styled);
    }

    #[test]
    fn a_place_at_the_end_of_a_file_is_shown() {
        let file = SourceFile::from_text("e.yml", "");
        let end = Location { file, span: 0..0 };
        let diagnostic = Diagnostic::warning("empty", "nothing here").at(end, "");
        insta::assert_snapshot!(unstyled(&render(&diagnostic)), @r#"
        warning[empty]: nothing here
         --> e.yml:1:1
          |
        1 |
          | ^
        "#);
    }

    #[test]
    fn places_that_are_far_apart_are_shown_one_after_the_other() {
        let file = SourceFile::from_text("e.yml", format!("one\n{}two\n", "\n".repeat(FAR)));
        let diagnostic = Diagnostic::warning("twice", "again")
            .at(location(&file, "two"), "here")
            .at(location(&file, "one"), "first");
        insta::assert_snapshot!(unstyled(&render(&diagnostic)), @r#"
        warning[twice]: again
           --> e.yml:202:1
            |
        202 | two
            | ^^^ here
            |
           --> e.yml:1:1
            |
          1 | one
            | --- first
        "#);
    }

    #[test]
    fn places_in_a_long_line_take_little_room() {
        let file = SourceFile::from_text("e.yml", format!("a\n[{}]\n", "word, ".repeat(5000)));
        let at = |place: usize| Location {
            file: Arc::clone(&file),
            span: 3 + 6 * place..7 + 6 * place,
        };
        let first = Diagnostic::warning("some-name", "words").at(at(4000), "first");
        let many = (0..4000).fold(first, |diagnostic, place| diagnostic.at(at(place), "again"));
        let text = unstyled(&render(&many));
        assert!(text.contains("--> e.yml:2:24002\n"), "{text}");
        assert!(text.contains("first"), "{text}");
        assert!(text.len() < 8000, "{}", text.len());
    }
}

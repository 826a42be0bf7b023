//! Renders messages about log lines in the layout of `human`.

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};

use presolve_text::diagnostic::Level;

use crate::{
    foreign::shown,
    human::{rendered, title},
};

/// Distance in lines above which two parts of a log are shown like two files.
const FAR: usize = 1000;
/// Columns of the output. It is large so that no log line is cut: the message can be at its
/// end.
const WIDTH: usize = 1000;

/// A message about log lines.
pub struct Message<'m> {
    /// Severity of the message.
    pub level: Level,
    /// Kebab-case name of the problem, if it has one.
    pub name: Option<&'m str>,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// Path of the log, as the message shows it.
    pub path: &'m str,
    /// Lines to show, in ascending order.
    pub lines: Vec<Line>,
    /// Texts after the lines, each with a title; an empty title is not shown.
    pub notes: Vec<(&'m str, String)>,
}

/// A log line, or part of one.
pub struct Line {
    /// Line number in the log, from 1.
    pub number: usize,
    /// Text to show.
    pub text: String,
}

/// Renders a message, with a line break at the end.
pub fn render(message: &Message<'_>) -> String {
    let parts: Vec<Part> = message
        .lines
        .chunk_by(|line, next| next.number - line.number <= FAR)
        .enumerate()
        .map(|(index, lines)| Part::new(index == 0, message.path, lines))
        .collect();
    let title = title(message.level).primary_title(shown(&message.message));
    let mut group = Group::with_title(match message.name {
        Some(name) => title.id(name),
        None => title,
    });
    for part in &parts {
        group = group.element(part.snippet());
    }
    for (title, note) in &message.notes {
        let level = if title.is_empty() {
            Title::NOTE.no_name()
        } else {
            Title::NOTE.with_name(*title)
        };
        group = group.element(level.message(shown(note)));
    }
    rendered(group, &Renderer::styled().term_width(WIDTH)) + "\n"
}

/// Neighbouring lines, with empty lines for the skipped ones between them.
struct Part {
    path: String,
    first: usize,
    text: String,
    shown: Vec<std::ops::Range<usize>>,
}

impl Part {
    fn new(is_first: bool, path: &str, lines: &[Line]) -> Self {
        let (path, first) = (shown(path), lines[0].number);
        let mut part = Self {
            // The renderer appends the line number to later paths, but not to a path without a
            // marked span.
            path: if is_first {
                format!("{path}:{first}")
            } else {
                path
            },
            first,
            text: String::new(),
            shown: Vec::new(),
        };
        let mut last = first;
        for line in lines {
            part.text += &match line.number - last {
                // Two parts of a line that a carriage return separates.
                0 if !part.shown.is_empty() => " ␍ ".to_owned(),
                gap => "\n".repeat(gap),
            };
            let start = part.text.len();
            part.text += &shown(&line.text).replace('\n', " ");
            part.shown.push(start..part.text.len());
            last = line.number;
        }
        part
    }

    fn snippet(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let shown = self.shown.iter();
        Snippet::source(&self.text)
            .line_start(self.first)
            .path(&self.path)
            .annotations(shown.map(|span| AnnotationKind::Visible.span(span.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::unstyled;

    fn message(lines: &[(usize, &str)]) -> Message<'static> {
        let lines = lines.iter().map(|(number, text)| Line {
            number: *number,
            text: (*text).to_owned(),
        });
        Message {
            level: Level::Error,
            name: Some("disk-full"),
            message: "the disk is full".to_owned(),
            path: "build.log",
            lines: lines.collect(),
            notes: vec![
                ("", "and 3 more lines".to_owned()),
                ("cause", "there is no space left".to_owned()),
            ],
        }
    }

    #[test]
    fn lines_are_shown_with_their_numbers() {
        let lines = [
            (8, "  a\t100 %"),
            (8, "b"),
            (9, ""),
            (11, "::error::c\u{1b}[31m"),
            (20, "d"),
            (5000, "https://u:p4ss@h/"),
        ];
        insta::assert_snapshot!(unstyled(&render(&message(&lines))), @"
        error[disk-full]: the disk is full
            --> build.log:8
             |
           8 |   a    100 % ␍ b
           9 |
          10 |
          11 | �:error::c␛[31m
        ...
          20 | d
             |
            --> build.log:5000
             |
        5000 | https://****@h/
             |
             = and 3 more lines
             = cause: there is no space left
        ");
    }

    #[test]
    fn a_message_without_lines_has_notes_alone() {
        insta::assert_snapshot!(unstyled(&render(&message(&[]))), @"
        error[disk-full]: the disk is full
         |
         = and 3 more lines
         = cause: there is no space left
        ");
    }

    #[test]
    fn a_long_line_is_shown_as_a_whole() {
        let long = "x".repeat(200);
        assert!(render(&message(&[(1, &long)])).contains(&long));
    }
}

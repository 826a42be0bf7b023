//! The reports of `check`, one module per format.

use std::ops::Range;

use presolve_check::{
    CheckReport, FileReport, fingerprints,
    rules::{Finding, Safety, TextFix},
};
use presolve_terminal::foreign::shown;
use presolve_text::files::shown_path;
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    secrets,
};

pub mod azure;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod sarif;

/// Counts of findings by level: errors, warnings, notes.
pub fn counts(report: &CheckReport) -> [usize; 3] {
    let mut counts = [0; 3];
    for finding in report.findings() {
        counts[finding.diagnostic.level as usize] += 1;
    }
    counts
}

/// Returns the number of findings with a safe fix, and with an unsafe one.
fn fixable(report: &CheckReport) -> [usize; 2] {
    let fixes = report.findings().filter_map(|finding| finding.fix.as_ref());
    let (safe, others): (Vec<_>, Vec<_>) = fixes.partition(|fix| fix.safety == Safety::Safe);
    [safe.len(), others.len()]
}

/// A finding in the form of the machine-readable formats: with positions as numbers, and with
/// texts without secrets.
struct Entry<'f> {
    finding: &'f Finding,
    /// The file, as [`path`] writes it.
    path: String,
    start: Position,
    end: Position,
    message: String,
    /// The label at the position; may be empty.
    label: String,
    /// The notes, then the helps, each with its kind as a prefix.
    details: Vec<String>,
    fingerprint: String,
}

/// A position between two characters of a file.
#[derive(Clone, Copy)]
pub(super) struct Position {
    /// The byte offset in the decoded text.
    offset: usize,
    /// The line number, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl<'f> Entry<'f> {
    /// Returns the findings of a file.
    fn of(report: &'f FileReport) -> impl Iterator<Item = Self> {
        let fingerprints = fingerprints(&report.findings);
        let findings = report.findings.iter().zip(fingerprints);
        findings.map(|(finding, fingerprint)| Self::new(finding, fingerprint))
    }

    fn new(finding: &'f Finding, fingerprint: String) -> Self {
        let diagnostic = &finding.diagnostic;
        let (start, end) = positions(finding.location());
        Self {
            finding,
            path: shown_path(finding.location().file.path()),
            start,
            end,
            message: shown(&diagnostic.message),
            label: shown(&diagnostic.labels[0].text),
            details: details(diagnostic),
            fingerprint,
        }
    }

    /// Returns the message with the label of its position.
    fn sentence(&self) -> String {
        if self.label.is_empty() {
            self.message.clone()
        } else {
            format!("{}: {}", self.message, self.label)
        }
    }

    /// Returns the whole text of the finding, line by line.
    fn text(&self) -> String {
        let lines = std::iter::once(self.sentence()).chain(self.details.iter().cloned());
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn details(diagnostic: &Diagnostic) -> Vec<String> {
    let notes = diagnostic.notes.iter().map(|note| format!("note: {note}"));
    let helps = diagnostic.help.iter().map(|help| format!("help: {help}"));
    notes.chain(helps).map(|text| shown(&text)).collect()
}

pub(super) fn positions(at: &Location) -> (Position, Position) {
    let position = |offset| {
        let (line, column) = at.file.line_column(offset);
        Position {
            offset,
            line,
            column,
        }
    };
    (position(at.span.start), position(at.span.end))
}

/// Whether the text of a fix contains a secret of the file. Such a fix is named without its
/// edits, because masked edits would write the mask into the file.
pub(super) fn shows_secret(fix: &TextFix) -> bool {
    let text = fix.apply();
    let mut shift = 0_isize;
    fix.edits.iter().any(|edit| {
        let start = edit.span.start.saturating_add_signed(shift);
        let end = start + edit.with.len();
        shift += edit.with.len().cast_signed() - edit.span.len().cast_signed();
        let near = lines_around(&text, start, end);
        let secrets = secrets::find_all(&text[near.clone()]);
        secrets
            .iter()
            .any(|secret| near.start + secret.start < end && start < near.start + secret.end)
    })
}

/// How many bytes around an edit may show that a part of it is a secret, such as the key of a
/// value of several lines. The limit keeps files with many edits fast.
const NEAR: usize = 4096;

/// Returns the whole lines around a part of a text.
fn lines_around(text: &str, start: usize, end: usize) -> Range<usize> {
    let first = text.floor_char_boundary(start.saturating_sub(NEAR));
    let last = text.ceil_char_boundary((end + NEAR).min(text.len()));
    let first = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let last = text[last..].find('\n').map_or(text.len(), |at| last + at);
    first..last
}

/// Returns what could not be checked, one line each.
fn undecided(report: &FileReport) -> impl Iterator<Item = String> {
    report.undecided.iter().flat_map(|undecided| {
        let platform = undecided.platform;
        undecided.diagnostics.iter().map(move |diagnostic| {
            let message = shown(&diagnostic.message);
            match platform {
                Some(platform) => format!("undecided for {platform}: {message}"),
                None => format!("undecided: {message}"),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use presolve_check::rules::TextEdit;
    use presolve_text::source::SourceFile;

    #[test]
    fn a_secret_that_an_edit_writes_is_noticed_also_if_the_url_is_older() {
        let text = "- a\n- https://u:old@h/s\n- https://v:kept@h/s\n";
        let fix = |edits: &[(&str, &str)]| TextFix {
            title: String::new(),
            safety: Safety::Safe,
            file: SourceFile::from_text("e.yml", text),
            edits: (edits.iter())
                .map(|(old, new)| {
                    let start = text.find(old).expect("is there");
                    TextEdit {
                        span: start..start + old.len(),
                        with: (*new).to_owned(),
                    }
                })
                .collect(),
        };
        assert!(shows_secret(&fix(&[("- a", "- abc"), ("old", "new")])));
        assert!(!shows_secret(&fix(&[("- a", ""), ("u:old@", "")])));
        assert!(!shows_secret(&fix(&[("old", "${TOKEN}")])));
    }
}

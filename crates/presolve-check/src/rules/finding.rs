//! Findings as data, and their fixes.

use std::{ops::Range, sync::Arc};

use rattler_conda_types::Subdir;
use similar::{ChangeTag, TextDiff};

use super::{Finder, Parsed, Rule};
use presolve_spec::{
    EnvironmentFile,
    change::{Change, change},
};
use presolve_text::{
    diagnostic::{Diagnostic, Level, Location},
    source::SourceFile,
};

/// A problem that a rule found in a file.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// The certainty that it is a problem.
    pub confidence: Confidence,
    /// The message. Its first label is the primary place, the others are related. Its level is
    /// the severity.
    pub diagnostic: Diagnostic,
    /// The platforms that it applies to; empty for all platforms of the check.
    pub platforms: Vec<Subdir>,
    /// The change that resolves it, if there is one.
    pub fix: Option<TextFix>,
}

/// The certainty of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It may be intended, or something else.
    Low,
    /// It is a problem unless the build does something unusual.
    Medium,
    /// It is certainly a problem.
    High,
}

/// Whether a fix can be applied without a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// The file then means the same to conda and pip, or what it clearly was meant to mean.
    /// `--fix` applies it.
    Safe,
    /// The installed packages may change.
    Unsafe,
}

/// A change that resolves a finding.
#[derive(Clone, Debug)]
pub struct TextFix {
    /// The change as an imperative: "remove the line".
    pub title: String,
    /// Whether it can be applied without a review.
    pub safety: Safety,
    /// The file that it changes.
    pub file: Arc<SourceFile>,
    /// The edits in the order of the text, without overlaps.
    pub edits: Vec<TextEdit>,
}

/// The replacement of one range of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// The bytes of the old text.
    pub span: Range<usize>,
    /// The new text.
    pub with: String,
}

impl Finding {
    /// A finding with high confidence and no fix. The diagnostic must have a place.
    pub fn new(rule: &'static Rule, diagnostic: Diagnostic) -> Self {
        Self {
            rule,
            confidence: Confidence::High,
            diagnostic,
            platforms: Vec::new(),
            fix: None,
        }
    }

    /// A diagnostic of the reader or solver, with the rule's level. Without a place of its
    /// own, it is at the start of the file.
    pub fn of(rule: &'static Rule, mut diagnostic: Diagnostic, file: &Arc<SourceFile>) -> Self {
        if diagnostic.labels.is_empty() {
            let start = Location {
                file: Arc::clone(file),
                span: 0..0,
            };
            diagnostic = diagnostic.at(start, "");
        }
        // What the reader calls a note is no more than that.
        if diagnostic.level != Level::Note {
            diagnostic.level = rule.level;
        }
        Self::new(rule, diagnostic)
    }

    /// As [`Finding::of`], with the rule's fix for a diagnostic of the reader.
    pub fn of_reader(
        rule: &'static Rule,
        diagnostic: Diagnostic,
        file: &Arc<SourceFile>,
        parsed: &Parsed<'_>,
    ) -> Self {
        let finding = Self::of(rule, diagnostic, file);
        let fix = match rule.finder {
            Finder::Reading(fix) => fix(&finding.diagnostic, parsed),
            _ => None,
        };
        // A file that this one includes with `-r` is not changed.
        let fix = fix.filter(|fix| fix.file.path() == file.path());
        finding.fix(fix)
    }

    /// Sets another confidence than [`Confidence::High`].
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Sets another level than the one of the rule.
    pub fn level(mut self, level: Level) -> Self {
        self.diagnostic.level = level;
        self
    }

    /// Adds a related place.
    pub fn related(mut self, at: Location, label: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.at(at, label);
        self
    }

    /// Adds a fact that explains the finding.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.note(note);
        self
    }

    /// Adds a next step.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.help(help);
        self
    }

    /// Sets the fix, if there is one.
    pub fn fix(mut self, fix: Option<TextFix>) -> Self {
        self.fix = fix;
        self
    }

    /// The primary place, that of the first label.
    pub fn location(&self) -> &Location {
        &self.diagnostic.labels[0].location
    }
}

impl TextFix {
    /// A fix that replaces the text at one place.
    pub fn replace(
        title: impl Into<String>,
        safety: Safety,
        at: &Location,
        with: impl Into<String>,
    ) -> Self {
        let edit = TextEdit {
            span: at.span.clone(),
            with: with.into(),
        };
        Self {
            title: title.into(),
            safety,
            file: Arc::clone(&at.file),
            edits: vec![edit],
        }
    }

    /// A fix that removes all lines of a place.
    pub fn remove_lines(title: impl Into<String>, safety: Safety, at: &Location) -> Self {
        let text = at.file.text();
        let start = text[..at.span.start].rfind('\n').map_or(0, |end| end + 1);
        let end = text[at.span.end..]
            .find('\n')
            .map_or(text.len(), |end| at.span.end + end + 1);
        let place = Location {
            file: Arc::clone(&at.file),
            span: start..end,
        };
        Self::replace(title, safety, &place, "")
    }

    /// A fix that changes requirements or channels; `None` if the file's layout does not allow
    /// single changes.
    pub fn of_changes(
        title: impl Into<String>,
        safety: Safety,
        environment: &EnvironmentFile,
        changes: &[Change],
    ) -> Option<Self> {
        let changed = change(environment, changes).ok()?;
        let is_alone = changed.included.is_empty();
        is_alone.then(|| Self::of_text(title, safety, &environment.source, &changed.text))
    }

    /// The maximum number of lines in a file for which a rule computes fixes, because each one
    /// reads the whole file again. `--fix` repeats, so it gets to the other lines later.
    pub const MOST: usize = 10;

    /// A fix that turns a file into another text.
    pub fn of_text(
        title: impl Into<String>,
        safety: Safety,
        file: &Arc<SourceFile>,
        text: &str,
    ) -> Self {
        Self {
            title: title.into(),
            safety,
            file: Arc::clone(file),
            edits: edits(file.text(), text),
        }
    }

    /// The place of one of its edits.
    pub fn location(&self, edit: &TextEdit) -> Location {
        Location {
            file: Arc::clone(&self.file),
            span: edit.span.clone(),
        }
    }

    /// Returns the text of the file with the fix applied.
    pub fn apply(&self) -> String {
        let before = self.file.text();
        let mut text = String::with_capacity(before.len());
        let mut end = 0;
        for edit in &self.edits {
            text.push_str(&before[end..edit.span.start]);
            text.push_str(&edit.with);
            end = edit.span.end;
        }
        text + &before[end..]
    }
}

/// Returns the lines in which two texts differ, as edits.
fn edits(before: &str, after: &str) -> Vec<TextEdit> {
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut at = 0;
    let mut touches = false;
    for change in TextDiff::from_lines(before, after).iter_all_changes() {
        let line = change.value();
        if change.tag() == ChangeTag::Equal {
            (at, touches) = (at + line.len(), false);
            continue;
        }
        if !touches {
            edits.push(TextEdit {
                span: at..at,
                with: String::new(),
            });
            touches = true;
        }
        if let Some(edit) = edits.last_mut() {
            match change.tag() {
                ChangeTag::Insert => edit.with.push_str(line),
                _ => edit.span.end += line.len(),
            }
        }
        if change.tag() == ChangeTag::Delete {
            at += line.len();
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_lead_from_one_text_to_the_other() {
        let before = "a\nb\nc\nd\n";
        for after in ["a\nb\nc\nd\n", "a\nc\nd\ne\n", "x\na\nB\nc\n", ""] {
            let file = SourceFile::from_text("e.yml", before);
            let fix = TextFix {
                title: String::new(),
                safety: Safety::Safe,
                file,
                edits: edits(before, after),
            };
            assert_eq!(fix.apply(), after);
        }
    }
}

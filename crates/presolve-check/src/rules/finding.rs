//! Findings as data, and the changes that mend them.

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

/// A bad pattern that was found in a file.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which one.
    pub rule: &'static Rule,
    /// How sure it is that this is one.
    pub confidence: Confidence,
    /// What is said of it. Its first label is the primary place, the others are
    /// related; its level is how bad it is.
    pub diagnostic: Diagnostic,
    /// The platforms that it is about; empty if it is about all that were checked for.
    pub platforms: Vec<Subdir>,
    /// What mends it.
    pub fix: Option<TextFix>,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It may be meant, or be something else.
    Low,
    /// It is so unless the build does something unusual.
    Medium,
    /// It is so.
    High,
}

/// Whether a fix may be made without a look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// The file means the same to conda and pip afterwards, or means what it could
    /// only have been meant to. `--fix` makes it.
    Safe,
    /// What is installed may change.
    Unsafe,
}

/// A change that mends a finding.
#[derive(Clone, Debug)]
pub struct TextFix {
    /// What it does, as an order: "remove the line".
    pub title: String,
    /// Whether it may be made without a look at it.
    pub safety: Safety,
    /// The file that changes.
    pub file: Arc<SourceFile>,
    /// What changes, in the order of the text, without overlaps.
    pub edits: Vec<TextEdit>,
}

/// A part of a file's text that becomes another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// Bytes of the text before.
    pub span: Range<usize>,
    /// What stands there afterwards.
    pub with: String,
}

impl Finding {
    /// A finding that is sure, and that nothing mends. The diagnostic must have a place.
    pub fn new(rule: &'static Rule, diagnostic: Diagnostic) -> Self {
        Self {
            rule,
            confidence: Confidence::High,
            diagnostic,
            platforms: Vec::new(),
            fix: None,
        }
    }

    /// What was met while a file was read or solved, with the rule's level, at the start
    /// of the file if it has no other place.
    pub fn of(rule: &'static Rule, mut diagnostic: Diagnostic, file: &Arc<SourceFile>) -> Self {
        if diagnostic.labels.is_empty() {
            let start = Location {
                file: Arc::clone(file),
                span: 0..0,
            };
            diagnostic = diagnostic.at(start, "");
        }
        diagnostic.level = rule.level;
        Self::new(rule, diagnostic)
    }

    /// As [`Finding::of`], with what fixes it where the reader of a file met it.
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
        // A file that this one names with `-r` is not changed.
        let fix = fix.filter(|fix| fix.file.path() == file.path());
        finding.fix(fix)
    }

    /// Less sure than usual.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// As bad as this, where the rule's usual level does not fit.
    pub fn level(mut self, level: Level) -> Self {
        self.diagnostic.level = level;
        self
    }

    /// Another place that it has to do with.
    pub fn related(mut self, at: Location, label: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.at(at, label);
        self
    }

    /// A fact that explains it.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.note(note);
        self
    }

    /// A next step.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.help(help);
        self
    }

    /// What mends it, if anything does.
    pub fn fix(mut self, fix: Option<TextFix>) -> Self {
        self.fix = fix;
        self
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.diagnostic.labels[0].location
    }
}

impl TextFix {
    /// A fix that replaces one place.
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

    /// A fix that removes the lines of a place.
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

    /// A fix of requirements or channels; none if the file is written in a way in which
    /// they cannot be changed one by one.
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

    /// For how many lines of a file a rule works out fixes at most: each one reads all of
    /// the file again. `--fix` makes one after the other, so the rest have their turn.
    pub const MOST: usize = 10;

    /// A fix that makes another text of a file.
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

    /// Where one of its edits is.
    pub fn location(&self, edit: &TextEdit) -> Location {
        Location {
            file: Arc::clone(&self.file),
            span: edit.span.clone(),
        }
    }

    /// The text of the file with the fix made.
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

/// The lines in which two texts differ.
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

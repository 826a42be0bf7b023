//! Findings that are known and accepted: `# presolve: ignore[rule] reason` on the line
//! or above it, and `[[check.suppress]]` of `presolve.toml`.

use std::{cell::Cell, path::Path, sync::Arc};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::settings::Suppress;
use crate::{
    diagnostic::{Diagnostic, Failure, Location},
    rules::Finding,
    spec::source::SourceFile,
};

/// What begins a suppression in a comment.
const MARK: &str = "presolve: ignore[";

/// A suppression in a file's comment.
#[derive(Debug)]
pub struct Comment {
    /// The rule's name, as it is written.
    pub rule: String,
    /// Where the name stands.
    pub location: Location,
    /// Whether a reason follows.
    pub has_reason: bool,
    /// The line that it is about, from 1.
    line: usize,
    used: Cell<bool>,
}

/// The suppressions of a file.
#[derive(Debug, Default)]
pub struct Comments {
    list: Vec<Comment>,
}

impl Comments {
    /// Reads the suppressions of a file.
    pub fn of(source: &Arc<SourceFile>) -> Self {
        let mut list = Vec::new();
        let mut start = 0;
        let mut above: Vec<Comment> = Vec::new();
        for (index, line) in source.text().split_inclusive('\n').enumerate() {
            let number = index + 1;
            let mut found = read(source, start, line, number);
            start += line.len();
            if line.trim_start().starts_with('#') {
                above.append(&mut found);
                continue;
            }
            // A comment of its own is about the line below it.
            for mut comment in above.drain(..) {
                comment.line = number;
                list.push(comment);
            }
            list.append(&mut found);
        }
        list.append(&mut above);
        Self { list }
    }

    /// Whether a finding is silenced. The comment that does counts as used.
    pub fn silence(&self, finding: &Finding) -> bool {
        let (line, _) = finding.location().line_column();
        let mut silences = self.list.iter().filter(|comment| {
            comment.line == line
                && comment.rule == finding.rule.name
                && comment.location.file.path() == finding.location().file.path()
        });
        match silences.next() {
            Some(comment) => {
                comment.used.set(true);
                true
            }
            None => false,
        }
    }

    /// The suppressions, each with whether it silenced anything.
    pub fn list(&self) -> impl Iterator<Item = (&Comment, bool)> {
        self.list
            .iter()
            .map(|comment| (comment, comment.used.get()))
    }
}

/// The suppressions of one line.
fn read(source: &Arc<SourceFile>, start: usize, line: &str, number: usize) -> Vec<Comment> {
    let Some((before, after)) = line.split_once(MARK) else {
        return Vec::new();
    };
    let (Some(_), Some((names, reason))) = (before.rfind('#'), after.split_once(']')) else {
        return Vec::new();
    };
    let mut at = start + before.len() + MARK.len();
    let mut comments = Vec::new();
    for name in names.split(',') {
        let blanks = name.len() - name.trim_start().len();
        let rule = name.trim().to_owned();
        let span = at + blanks..at + blanks + rule.len();
        comments.push(Comment {
            rule,
            location: Location {
                file: Arc::clone(source),
                span,
            },
            has_reason: !reason.trim().is_empty(),
            line: number,
            used: Cell::new(false),
        });
        at += name.len() + 1;
    }
    comments
}

/// The suppressions of the settings, and which of them were used.
pub struct Accepted {
    list: Vec<(Suppress, Gitignore, std::sync::atomic::AtomicBool)>,
}

impl Accepted {
    /// Those of `presolve.toml` in a folder.
    ///
    /// # Errors
    /// A failure if a path is no pattern, or there is no rule of a name.
    pub fn new(list: &[Suppress], folder: &Path) -> Result<Self, Failure> {
        let list = list.iter().map(|suppress| {
            super::selection::check_name(&suppress.rule)?;
            let mut builder = GitignoreBuilder::new(folder);
            let pattern = suppress.path.as_deref().unwrap_or("*");
            let bad = |error: ignore::Error| {
                let message = format!("`path` cannot be `{pattern}`: {error}");
                Failure::input(Diagnostic::error("invalid-setting", message))
            };
            builder.add_line(None, pattern).map_err(bad)?;
            let patterns = builder.build().map_err(bad)?;
            Ok((suppress.clone(), patterns, false.into()))
        });
        Ok(Self {
            list: list.collect::<Result<_, Failure>>()?,
        })
    }

    /// Whether a finding is silenced. The setting that does counts as used.
    pub fn silence(&self, finding: &Finding, path: &Path) -> bool {
        let silences = self.list.iter().find(|(suppress, patterns, _)| {
            suppress.rule == finding.rule.name
                && patterns
                    .matched_path_or_any_parents(path, false)
                    .is_ignore()
        });
        if let Some((_, _, used)) = silences {
            used.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        silences.is_some()
    }

    /// Those that silenced nothing.
    pub fn unused(&self) -> impl Iterator<Item = &Suppress> {
        let list = self.list.iter();
        list.filter(|(.., used)| !used.load(std::sync::atomic::Ordering::Relaxed))
            .map(|(suppress, ..)| suppress)
    }
}

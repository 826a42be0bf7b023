//! Messages to the user: a [`Diagnostic`] for each problem, with its location in the file, and
//! a [`Failure`] for a problem that ends the run. `presolve_terminal` renders them.

use std::{ops::Range, sync::Arc};

use crate::source::SourceFile;

/// Severity of a [`Diagnostic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The run cannot continue, or the environment file cannot be solved.
    Error,
    /// A problem that does not stop the run.
    Warning,
    /// A fact that explains the result.
    Note,
}

/// A file and a byte range of its decoded text.
#[derive(Clone, Debug)]
pub struct Location {
    /// File that contains the span.
    pub file: Arc<SourceFile>,
    /// Byte range in [`SourceFile::text`].
    pub span: Range<usize>,
}

impl Location {
    /// The line and column of the start, both from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        self.file.line_column(self.span.start)
    }

    /// Returns the text of the span.
    pub fn text(&self) -> &str {
        &self.file.text()[self.span.clone()]
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && self.span == other.span
    }
}

impl std::fmt::Display for Location {
    /// Writes `path:line:column`, as compilers do.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.file.path().display())
    }
}

/// A location with the text that explains it.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Span that the label marks.
    pub location: Location,
    /// Text after the marked span; empty if the span explains itself.
    pub text: String,
}

/// One message to the user, with its labels, notes and help.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Severity of the message.
    pub level: Level,
    /// Kebab-case name of the problem.
    pub name: &'static str,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// Locations; the first is the primary one.
    pub labels: Vec<Label>,
    /// Facts that explain the message.
    pub notes: Vec<String>,
    /// Next steps, each of which begins with a verb.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic without labels, notes and help.
    pub fn new(level: Level, name: &'static str, message: impl Into<String>) -> Self {
        Self {
            level,
            name,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A diagnostic of [`Level::Error`].
    pub fn error(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Error, name, message)
    }

    /// A diagnostic of [`Level::Warning`].
    pub fn warning(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, name, message)
    }

    /// Adds a label.
    pub fn at(mut self, location: Location, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            location,
            text: text.into(),
        });
        self
    }

    /// Adds a note, which states a fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a next step, which begins with a verb.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// Why a run did not succeed. It decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The environment file cannot be solved: exit code 1.
    Unsolvable,
    /// The input or the settings are invalid: exit code 2.
    Input,
    /// No verdict is possible because of the network, a time limit, or metadata that only a
    /// build provides: exit code 3.
    Undecided,
}

impl FailureKind {
    /// Exit code of the process, from 1 to 3.
    pub fn exit_code(self) -> u8 {
        match self {
            FailureKind::Unsolvable => 1,
            FailureKind::Input => 2,
            FailureKind::Undecided => 3,
        }
    }
}

/// The result of a run that did not succeed, with all its messages.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Reason that decides the exit code.
    pub kind: FailureKind,
    /// Messages, the most important first; never empty.
    pub diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// A failure with one diagnostic.
    pub fn new(kind: FailureKind, diagnostic: Diagnostic) -> Self {
        Self {
            kind,
            diagnostics: vec![diagnostic],
        }
    }

    /// A [`FailureKind::Input`] failure with one diagnostic.
    pub fn input(diagnostic: Diagnostic) -> Self {
        Self::new(FailureKind::Input, diagnostic)
    }

    /// A [`FailureKind::Undecided`] failure with one diagnostic.
    pub fn undecided(diagnostic: Diagnostic) -> Self {
        Self::new(FailureKind::Undecided, diagnostic)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", diagnostic.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

//! What presolve has to say to its user: one [`Diagnostic`] per thing, with the
//! place in the file that it is about, and a [`Failure`] when it ends the run.
//! How they look is [`presolve_report`]'s affair.

use std::{ops::Range, sync::Arc};

use crate::source::SourceFile;

/// Severity of a [`Diagnostic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The run cannot go on, or the spec cannot be solved.
    Error,
    /// Something that the user should know and that does not stop the run.
    Warning,
    /// A fact that explains the result.
    Note,
}

/// A place in a file: the file and a range of bytes of its decoded text.
#[derive(Clone, Debug)]
pub struct Location {
    /// File that contains the span.
    pub file: Arc<SourceFile>,
    /// Bytes of [`SourceFile::text`].
    pub span: Range<usize>,
}

impl Location {
    /// The line and column, both from 1, the column in characters.
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
    /// `path:line:column`, as compilers write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.file.path().display())
    }
}

/// A place with what is to be said of it.
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
    /// The kebab-case name of the kind, which names the bad pattern.
    pub name: &'static str,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// The places; the first is the primary one.
    pub labels: Vec<Label>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// Next steps, each beginning with a verb.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic of a level, without places, notes or help.
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

    /// An error.
    pub fn error(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Error, name, message)
    }

    /// A warning.
    pub fn warning(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, name, message)
    }

    /// Adds a place.
    pub fn at(mut self, location: Location, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            location,
            text: text.into(),
        });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a next step.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// Why a run ended without an answer of "yes"; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The spec cannot be solved: exit code 1.
    Unsolvable,
    /// The input or the settings cannot be used: exit code 2.
    Input,
    /// No verdict could be reached (network, time limit, metadata that only a
    /// build can tell): exit code 3.
    Undecided,
}

impl FailureKind {
    /// The process's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            FailureKind::Unsolvable => 1,
            FailureKind::Input => 2,
            FailureKind::Undecided => 3,
        }
    }
}

/// The end of a run that has no answer of "yes", with everything to say about it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: FailureKind,
    /// What to say, the most important first; never empty.
    pub diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// A failure that one diagnostic explains.
    pub fn new(kind: FailureKind, diagnostic: Diagnostic) -> Self {
        Self {
            kind,
            diagnostics: vec![diagnostic],
        }
    }

    /// A [`FailureKind::Input`] failure.
    pub fn input(diagnostic: Diagnostic) -> Self {
        Self::new(FailureKind::Input, diagnostic)
    }

    /// A [`FailureKind::Undecided`] failure.
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

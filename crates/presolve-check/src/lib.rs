//! `check`: what is wrong with environment files, found before a build does.
//!
//! In: paths, settings and a selection of rules. Out: a [`CheckReport`] of findings, each with its
//! rule, its place and, where there is one, a fix. This crate must never know a format of
//! output or a flag of the command line.
//!
//! ```text
//! discover    the environment files below a folder
//!    ↓
//! changed     those of them that a branch changes, if only these are asked for
//!    ↓
//! lint        what reading a file and looking at it finds
//!    ↓
//! solving     what solving it finds, for each platform
//!    ↓
//! releases    what the package index knows of the releases that are pinned
//!    ↓
//! suppression what the file's comments and the settings silence, and what of it is unused
//!    ↓
//! fix         the safe changes, one after the other until none is left
//! ```
//!
//! The rules are [`crate::rules`]; how findings look is [`presolve_report::findings`].

pub mod rules;

use std::{path::PathBuf, sync::Arc};

use rattler_conda_types::Subdir;

use crate::rules::Finding;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind, Level, Location},
    source::SourceFile,
};

pub mod changed;
mod defined;
pub mod discover;
mod fingerprint;
pub mod fix;
pub mod lint;
mod outside;
pub mod patterns;
mod platforms;
pub mod releases;
mod repeated;
mod run;
mod selection;
pub mod solving;
pub mod suppression;
mod unnamed;

pub use fingerprint::{digest, fingerprints};
pub use run::{Check, CheckObserver, Fixes};
pub use selection::{Selection, check_name};

/// What was found.
#[derive(Default)]
pub struct CheckReport {
    /// What was noticed of channels, indexes and the cache.
    pub notices: Vec<Diagnostic>,
    /// The files, in the order of their paths.
    pub files: Vec<FileReport>,
    /// The `presolve.toml` files that have findings of their own.
    pub settings: Vec<FileReport>,
}

/// What was found in one file.
pub struct FileReport {
    /// The file, as the user would name it.
    pub path: PathBuf,
    /// What is wrong with it, the worst first, then in the order of the text.
    pub findings: Vec<Finding>,
    /// How many findings were silenced.
    pub suppressed: usize,
    /// What could not be found out, and why.
    pub undecided: Vec<Undecided>,
    /// It has a format that is not read, so that it cannot be used at all; `undecided`
    /// says which one.
    pub is_refused: bool,
    /// What is to be said of the run rather than of the file, such as what was left out
    /// because it is offline. No reason to end it otherwise.
    pub asides: Vec<Diagnostic>,
    /// What was fixed, or would be.
    pub fixed: Option<fix::Fixed>,
}

/// Something that could not be found out.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// For this platform, if it is about one.
    pub platform: Option<Subdir>,
    /// Why.
    pub diagnostics: Vec<Diagnostic>,
}

impl Undecided {
    /// A failure that is no verdict on the file, which it names: there may be many files.
    pub fn of(failure: Failure, platform: Option<Subdir>, file: &Arc<SourceFile>) -> Self {
        let diagnostics = failure.diagnostics.into_iter();
        let placed = diagnostics.map(|diagnostic| {
            if diagnostic.labels.is_empty() {
                diagnostic.at(start(file), "")
            } else {
                diagnostic
            }
        });
        Self {
            platform,
            diagnostics: placed.collect(),
        }
    }
}

impl FileReport {
    /// A file of which nothing is known yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            findings: Vec::new(),
            suppressed: 0,
            undecided: Vec::new(),
            is_refused: false,
            asides: Vec::new(),
            fixed: None,
        }
    }

    /// A file that could not be checked.
    pub fn failed(path: impl Into<PathBuf>, failure: Failure) -> Self {
        Self {
            is_refused: failure.kind == FailureKind::Input,
            undecided: vec![Undecided {
                platform: None,
                diagnostics: failure.diagnostics,
            }],
            ..Self::new(path)
        }
    }
}

fn start(file: &Arc<SourceFile>) -> Location {
    Location {
        file: Arc::clone(file),
        span: 0..0,
    }
}

impl CheckReport {
    /// The files, and the settings with findings.
    pub fn all(&self) -> impl Iterator<Item = &FileReport> {
        self.files.iter().chain(&self.settings)
    }

    /// Everything that is wrong, file by file.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.all().flat_map(|file| &file.findings)
    }

    /// Whether there is a finding that is as bad as this, or worse.
    pub fn has(&self, level: Level) -> bool {
        self.findings()
            .any(|finding| finding.diagnostic.level <= level)
    }

    /// What is to be said of the run, each once, with the number of the files.
    pub fn asides(&self) -> Vec<Diagnostic> {
        let mut said: Vec<(Diagnostic, usize)> = Vec::new();
        for aside in self.files.iter().flat_map(|file| &file.asides) {
            match said.iter_mut().find(|(known, _)| known == aside) {
                Some((_, count)) => *count += 1,
                None => said.push((aside.clone(), 1)),
            }
        }
        let said = said.into_iter().map(|(aside, count)| match count {
            1 => aside.note("this affects 1 file"),
            _ => aside.note(format!("this affects {count} files")),
        });
        said.chain(self.notices.iter().cloned()).collect()
    }

    /// Whether a file has a format that is not read.
    pub fn is_refused(&self) -> bool {
        self.files.iter().any(|file| file.is_refused)
    }

    /// Whether something could not be found out.
    pub fn is_undecided(&self) -> bool {
        self.files.iter().any(|file| !file.undecided.is_empty())
    }
}

//! `check`: finds problems in environment files before a build does.
//!
//! In: paths, settings and a selection of rules. Out: a [`CheckReport`] of findings, each with
//! its rule, its place and, if there is one, a fix. This crate must not depend on output
//! formats or flags of the command line.
//!
//! ```text
//! discover    the environment files below a folder
//!    ↓
//! changed     those that a branch changes, if `--changed-since` is given
//!    ↓
//! lint        the findings in a file's content
//!    ↓
//! solving     the findings from a solve, for each platform
//!    ↓
//! releases    the findings of the package index on pinned releases
//!    ↓
//! base_images the findings of registries on base images, if `--check-images` is given
//!    ↓
//! suppression suppressions in the file's comments and the settings, and unused ones
//!    ↓
//! fix         the safe fixes, one after the other until none is left
//! ```
//!
//! The rules are in [`crate::rules`]; `presolve_report::findings` formats findings.

pub mod rules;

use std::{path::PathBuf, sync::Arc};

use rattler_conda_types::Subdir;

use crate::rules::Finding;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind, Level, Location},
    source::SourceFile,
};

mod base_images;
pub mod changed;
pub mod changes;
mod defined;
pub mod discover;
mod fingerprint;
pub mod fix;
mod git;
mod images;
pub mod lint;
mod outside;
pub mod patterns;
pub mod pinned;
mod platforms;
pub mod releases;
mod repeated;
pub mod revision;
mod run;
mod selection;
pub mod solving;
pub mod suppression;
mod unnamed;

pub use fingerprint::{digest, fingerprints};
pub use run::{Check, CheckObserver, Fixes};
pub use selection::{Selection, check_name};

/// The result of a check.
#[derive(Default)]
pub struct CheckReport {
    /// Notices about channels, package indexes and the cache.
    pub notices: Vec<Diagnostic>,
    /// The reports of the files, in the order of their paths.
    pub files: Vec<FileReport>,
    /// Reports of `presolve.toml` files, if these have findings.
    pub settings: Vec<FileReport>,
}

/// The result for one file.
pub struct FileReport {
    /// The path of the file in the form that the user gave.
    pub path: PathBuf,
    /// The findings, the most severe first, then in the order of the text.
    pub findings: Vec<Finding>,
    /// The number of suppressed findings.
    pub suppressed: usize,
    /// The questions that presolve could not answer, with the reasons.
    pub undecided: Vec<Undecided>,
    /// The file has an unsupported format and cannot be used. `undecided` says which format it
    /// is.
    pub is_refused: bool,
    /// Diagnostics about the run rather than the file, such as omissions because it is
    /// offline. They do not affect the exit code.
    pub asides: Vec<Diagnostic>,
    /// The fixes that were applied, or would be.
    pub fixed: Option<fix::Fixed>,
}

/// A question that presolve could not answer.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// The platform, if the question is about one.
    pub platform: Option<Subdir>,
    /// The reasons.
    pub diagnostics: Vec<Diagnostic>,
}

impl Undecided {
    /// A failure that says nothing about the file. Its diagnostics name the file, because a
    /// check may have many.
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
    /// An empty report for a file.
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

    /// The report of a file that could not be checked.
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
    /// Returns the reports of all files, including settings with findings.
    pub fn all(&self) -> impl Iterator<Item = &FileReport> {
        self.files.iter().chain(&self.settings)
    }

    /// Returns all findings, file by file.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.all().flat_map(|file| &file.findings)
    }

    /// Whether there is a finding of this level or a more severe one.
    pub fn has(&self, level: Level) -> bool {
        self.findings()
            .any(|finding| finding.diagnostic.level <= level)
    }

    /// Returns each diagnostic about the run once, with the number of files that it concerns.
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

    /// Whether a file has an unsupported format.
    pub fn is_refused(&self) -> bool {
        self.files.iter().any(|file| file.is_refused)
    }

    /// Whether there is a question that presolve could not answer.
    pub fn is_undecided(&self) -> bool {
        self.files.iter().any(|file| !file.undecided.is_empty())
    }
}

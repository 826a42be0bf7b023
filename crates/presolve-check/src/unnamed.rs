//! Dockerfiles that are found below a folder and that nobody names: in which folder they
//! are built stands in a pipeline or in a script, and not in them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::rules::{self, Finding};
use presolve_input::docker::{Plan, plan::usual_context};
use presolve_text::{diagnostic::Level, source::SourceFile};

/// The rules that a folder breaks rather than a Dockerfile if it is the wrong one.
const RULES: [&str; 3] = [
    rules::MISSING_COPY_SOURCE,
    presolve_input::codes::MISSING_CONDA_FILE,
    presolve_spec::codes::MISSING_REQUIREMENTS_FILE,
];

/// The folder that a Dockerfile is built in as far as anybody can tell: of its own and those
/// above it in the same git repository the nearest one that lacks least of what it copies.
pub(super) fn likely_context(dockerfile: &Arc<SourceFile>) -> PathBuf {
    let own = usual_context(dockerfile);
    let lacks = |folder: &PathBuf| {
        let plan = Plan::of(dockerfile, folder);
        let copies = plan.build.copies.iter();
        copies.filter_map(|copied| plan.lacking(copied)).count()
    };
    let nearest = folders_above(&own).into_iter().min_by_key(lacks);
    nearest.unwrap_or(own)
}

/// A folder and those above it, up to the root of its git repository or the working
/// directory.
fn folders_above(folder: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for folder in folder.ancestors() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        folders.push(folder.to_owned());
        let is_root = folder.join(".git").exists();
        if is_root || folder.ends_with(".") || folder.ends_with("..") {
            break;
        }
    }
    folders
}

/// Makes notes of the findings that say no more than that the folder may be another one.
pub(super) fn soften(findings: &mut [Finding], dockerfile: &SourceFile) {
    let is_about_folder = |finding: &&mut Finding| {
        RULES.contains(&finding.rule.name) && finding.location().file.path() == dockerfile.path()
    };
    for finding in findings.iter_mut().filter(is_about_folder) {
        let diagnostic = finding.diagnostic.clone();
        finding.diagnostic = diagnostic
            .note("this is a guess: nothing states the build context of this Dockerfile")
            .help("if it is the folder of the Dockerfile, give the Dockerfile or that folder to `check`");
        finding.diagnostic.level = Level::Note;
    }
}

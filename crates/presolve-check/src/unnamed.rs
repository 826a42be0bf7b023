//! Dockerfiles that are found below a folder, without a file that names them. Their build
//! context is defined in a pipeline or a script, so presolve does not know it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::rules::{self, Finding};
use presolve_input::docker::{Plan, plan::usual_context};
use presolve_text::{diagnostic::Level, source::SourceFile};

/// The rules whose findings may be due to a wrong build context.
const RULES: [&str; 3] = [
    rules::MISSING_COPY_SOURCE,
    presolve_input::codes::MISSING_CONDA_FILE,
    presolve_spec::codes::MISSING_REQUIREMENTS_FILE,
];

/// The most likely build context of a Dockerfile: of its own folder and those above it in the
/// same git repository, the nearest one that lacks the fewest of the copied files.
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

/// Returns a folder and its parents, up to the root of its git repository or the working
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

/// Lowers findings to notes if another build context may be the reason for them.
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

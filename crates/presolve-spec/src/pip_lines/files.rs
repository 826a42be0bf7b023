//! The files that `-r` and `-c` lines name.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use url::Url;

use super::{Context, Home, PipReader, Role};
use crate::codes;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    source::{OUTSIDE, SourceFile},
};

/// The maximum number of files that a pip list includes with `-r` and `-c`.
const MAX_FILES: usize = 256;

/// The maximum nesting depth of requirements files.
const MAX_DEPTH: usize = 32;

impl PipReader {
    pub(super) fn read_file(
        &mut self,
        context: &Context<'_>,
        value: &str,
        at: Location,
        role: Role,
    ) {
        let path = match file_of(value, context.folder()) {
            Ok(path) => path,
            Err(error) => return self.errors.push(error.at(at, "")),
        };
        let identity = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if self.files.contains(&(identity.clone(), role)) {
            return;
        }
        if self.files.len() == MAX_FILES || self.depth == MAX_DEPTH {
            return self.refuse_file(at);
        }
        self.files.insert((identity, role));
        self.pip.files.push(path.clone());
        let mut included = self.included.iter();
        let included = included.find(|file| file.path() == path).cloned();
        match included.map_or_else(|| context.read(&path), Ok) {
            Ok(file) => {
                self.depth += 1;
                self.read_whole(&file, role, !context.home.is_item());
                self.depth -= 1;
            }
            Err(failure) => self.errors.extend(unreadable(failure, at, value)),
        }
    }

    fn refuse_file(&mut self, at: Location) {
        let message = "too many nested requirements files";
        let error = Diagnostic::error(codes::MISSING_REQUIREMENTS_FILE, message)
            .at(at, "this one is not read")
            .note(format!(
                "presolve reads up to {MAX_FILES} of them, and up to {MAX_DEPTH} levels of nesting"
            ))
            .help("merge them");
        self.errors.push(error);
    }
}

impl Context<'_> {
    /// Reads a file that the line names.
    fn read(&self, path: &Path) -> Result<Arc<SourceFile>, Failure> {
        let file = &self.text.file;
        match self.home {
            Home::Command => SourceFile::read(path, &file.fence().in_build()),
            _ => file.read_named(path),
        }
    }
}

/// Returns the file of a `-r` or `-c` line: a path relative to a folder, or a `file:` URL.
fn file_of(value: &str, folder: &Path) -> Result<PathBuf, Diagnostic> {
    if value.starts_with("file:") {
        let path = Url::parse(value)
            .ok()
            .and_then(|url| url.to_file_path().ok());
        return match path {
            Some(path) if value.starts_with("file:/") => Ok(path),
            _ => {
                let file = value.trim_start_matches("file:");
                let message = format!("not every version of pip can read the path `{value}`");
                Err(Diagnostic::error(codes::RELATIVE_FILE_URL, message)
                    .note(format!(
                        "pip 21.2 and later look for `/{file}`, older versions next to the file"
                    ))
                    .help(format!("write the path without `file:`, as `{file}`")))
            }
        };
    }
    if value.contains("://") {
        let message = "presolve does not read a requirements file at a URL";
        return Err(Diagnostic::error(codes::REMOTE_REQUIREMENTS_FILE, message)
            .help("save the file next to the environment file and write its path here"));
    }
    Ok(folder.join(value))
}

fn unreadable(failure: Failure, at: Location, value: &str) -> Vec<Diagnostic> {
    let mut diagnostics = failure.diagnostics;
    for diagnostic in &mut diagnostics {
        if diagnostic.labels.is_empty() && diagnostic.name != OUTSIDE {
            diagnostic.name = codes::MISSING_REQUIREMENTS_FILE;
            diagnostic.help = vec![format!(
                "put `{value}` next to the file that names it; paths are relative to that file"
            )];
        }
        *diagnostic = diagnostic.clone().at(at.clone(), "named here");
    }
    diagnostics
}

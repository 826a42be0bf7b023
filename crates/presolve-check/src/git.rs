//! Runs git, and words its errors.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets,
};

/// A question to git, for its error messages.
pub(crate) struct Git {
    /// The name of the diagnostics.
    pub(crate) code: &'static str,
    /// What to do without git.
    pub(crate) help: &'static str,
}

impl Git {
    /// Returns git's output, or its error message.
    ///
    /// # Errors
    /// [`Failure::input`] if git cannot be run.
    pub(crate) fn run(
        &self,
        folder: &Path,
        arguments: &[&str],
    ) -> Result<Result<Vec<u8>, String>, Failure> {
        let output = Command::new("git")
            .args([OsStr::new("-C"), folder.as_os_str()])
            .args(arguments)
            .output();
        let output = output.map_err(|error| {
            let message = format!("`git` cannot be run: {error}");
            Failure::input(Diagnostic::error(self.code, message).help(self.help))
        })?;
        Ok(if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        })
    }

    /// As [`Git::run`], for output that is text.
    ///
    /// # Errors
    /// As for [`Git::run`].
    pub(crate) fn text(
        &self,
        folder: &Path,
        arguments: &[&str],
    ) -> Result<Result<String, String>, Failure> {
        let output = self.run(folder, arguments)?;
        Ok(output.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Returns the root of the working tree that contains a folder.
    ///
    /// # Errors
    /// [`Failure::input`] if there is none.
    pub(crate) fn root(&self, folder: &Path) -> Result<PathBuf, Failure> {
        self.place(folder, "--show-toplevel")
    }

    /// Returns the path from a folder to the root of its working tree: empty, or one `../` for
    /// each level.
    ///
    /// # Errors
    /// [`Failure::input`] if there is none.
    pub(crate) fn way_up(&self, folder: &Path) -> Result<PathBuf, Failure> {
        self.place(folder, "--show-cdup")
    }

    fn place(&self, folder: &Path, option: &str) -> Result<PathBuf, Failure> {
        match self.text(folder, &["rev-parse", option])? {
            Ok(place) => Ok(PathBuf::from(place.trim_end_matches(['\n', '\r']))),
            Err(said) => {
                let message = format!("`{}` is not in a git repository", folder.display());
                Err(self.failure(message, &said, self.help))
            }
        }
    }

    /// Returns an error with the first line of git's message.
    pub(crate) fn failure(&self, message: String, said: &str, help: &str) -> Failure {
        let error = Diagnostic::error(self.code, message);
        let error = match said.lines().next() {
            Some(said) => error.note(format!("git reported: {}", secrets::redact(said))),
            None => error,
        };
        Failure::input(error.help(help))
    }
}

//! Standard input as the file of a command: `-`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::opened;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files,
};

/// The path that stands for standard input.
const STDIN: &str = "-";

/// The flag for the name of standard input.
#[derive(Clone, Debug, Args)]
pub(super) struct StdinArgs {
    /// Path of the file that `-`, standard input, stands for [default: environment.yml]
    #[arg(long, value_name = "FILE")]
    stdin_filename: Option<PathBuf>,
}

impl StdinArgs {
    /// Reads standard input if a path is `-`, and replaces that path. Returns whether it did.
    ///
    /// # Errors
    /// If there are other paths, or standard input cannot be read.
    pub(super) fn read(&self, paths: &mut [PathBuf]) -> Result<bool, Failure> {
        if !paths.iter().any(|path| path == Path::new(STDIN)) {
            return match &self.stdin_filename {
                None => Ok(false),
                Some(_) => Err(refused(
                    "`--stdin-filename` is for standard input, but no path is `-`",
                    "add the path `-`, or remove `--stdin-filename`",
                )),
            };
        }
        let [path] = paths else {
            let message = "standard input cannot be combined with other files";
            return Err(refused(message, "run presolve for `-` alone"));
        };
        *path = opened::path(self.stdin_filename.as_deref()).to_owned();
        if path.is_dir() {
            let message = format!(
                "standard input cannot stand for the folder `{}`",
                path.display()
            );
            return Err(refused(&message, "name a file with `--stdin-filename`"));
        }
        files::stdin_stands_for(path).map_err(|error| {
            let message = format!("cannot read standard input: {error}");
            Failure::input(Diagnostic::error("unreadable-file", message).help(error.help()))
        })?;
        Ok(true)
    }
}

fn refused(message: &str, help: &str) -> Failure {
    Failure::input(Diagnostic::error("standard-input", message).help(help))
}

/// Returns the error for a flag that would write to the file that standard input stands for.
pub(super) fn cannot_write(flag: &str, help: &str) -> Failure {
    refused(
        &format!("`{flag}` writes a file, but the text is from standard input"),
        help,
    )
}

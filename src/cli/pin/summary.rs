//! `pin --summary`: what the new pins change, for a pull request.

use std::path::Path;

use super::{super::Output, Pin};
use crate::cli::progress::Progress;
use presolve_check::changes::{advise, compare};
use presolve_config::Settings;
use presolve_report::changes::{Compared, json, markdown};
use presolve_resolve::Shared;
use presolve_spec::EnvironmentFile;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files,
};
use presolve_words::errors;

/// The text without changes.
const NO_CHANGES: &str = "No pin changes.";

/// The changes of all files of a run.
pub(super) struct Summary {
    shared: Shared,
    files: Vec<Compared>,
}

impl Summary {
    /// Starts without changes.
    pub(super) fn new(output: &Output) -> Self {
        let progress = Progress::new(output.quiet);
        Self {
            shared: Shared::new(&progress.listener()),
            files: Vec::new(),
        }
    }

    /// Adds the changes from a file to the text with its new pins, unless there are none.
    ///
    /// # Errors
    /// If the advisories of the settings cannot be loaded.
    pub(super) async fn add(
        &mut self,
        before: &EnvironmentFile,
        after: EnvironmentFile,
        settings: &Settings,
    ) -> Result<(), Failure> {
        let mut changes = compare(before, &after);
        if changes.is_empty() {
            return Ok(());
        }
        let advised = advise(&mut changes, settings, &self.shared).await;
        advised.map_err(|error| errors::failure_in(error, before))?;
        let path = files::shown_path(before.source.path());
        self.files.push(Compared {
            before: path.clone(),
            after: path,
            changes,
        });
        Ok(())
    }

    /// Checks that the file is a new one, or an earlier summary: anything else is the user's.
    ///
    /// # Errors
    /// [`Failure::input`] if it is another file.
    pub(super) fn check_place(path: &Path) -> Result<(), Failure> {
        let Ok(text) = files::read::read_text(path, files::TEXT_LIMIT) else {
            return Ok(());
        };
        let starts = ["### `", NO_CHANGES, "{\n  \"version\": 1,\n  \"presolve\":"];
        let is_own = starts.iter().any(|start| text.starts_with(start));
        if is_own || text.trim().is_empty() {
            return Ok(());
        }
        let message = format!("`{}` is not a summary of presolve", path.display());
        let diagnostic = Diagnostic::error("not-a-summary", message)
            .note("`--summary` would replace it")
            .help("name a new file");
        Err(Failure::input(diagnostic))
    }

    /// Writes the changes: JSON if the name ends with `.json`, else Markdown.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn write(&self, path: &Path, pin: &Pin) -> Result<(), Failure> {
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        let text = match is_json {
            true => json::render(&self.files),
            false if self.files.is_empty() => format!("{NO_CHANGES}\n"),
            false => markdown::render(&self.files),
        };
        files::write(path, text.as_bytes(), pin.protected())
    }
}

//! The kinds of files that contain requirements. Each has its own way to read and edit them.

use std::{fmt::Debug, sync::Arc};

use super::{
    EnvironmentFile,
    change::{self, Change, Changed},
    environment::{self, PartialFile},
    part::Part,
    pin::{self, Pins},
    route::Route,
};
use presolve_text::{diagnostic::Failure, source::SourceFile};

/// A kind of file, with what is necessary to read one: the keys above the requirements, or
/// the other files that belong to it.
pub trait Host: Debug + Send + Sync {
    /// Reads as much of a file as possible. For the files in `included`, the given text
    /// replaces the one on disk.
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> PartialFile;

    /// Returns the text of the file with these changes.
    ///
    /// # Errors
    /// [`Failure::input`] when this kind of file does not support a change.
    fn change(&self, before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure>;

    /// Returns the text of the file with these pins, and those of the requirements files that
    /// get pins in their place. A second call changes nothing.
    ///
    /// # Errors
    /// [`Failure::input`] when the file cannot be edited, or the result does not read back
    /// as the same requirements with these pins.
    fn pin(&self, before: &EnvironmentFile, pins: &Pins) -> Result<Changed, Failure>;

    /// Checks that the file has a place for pins.
    ///
    /// # Errors
    /// [`Failure::input`] with the place that has no room for one line per package.
    fn check_place(&self, source: &Arc<SourceFile>) -> Result<(), Failure>;

    /// Whether a pinned line keeps the declared requirement, in a comment.
    fn keeps_requirements(&self, source: &SourceFile) -> bool;

    /// What to do about a file that lists no packages.
    fn how_to_list(&self) -> &'static str {
        "list them below `dependencies:`, one per line"
    }

    /// Whether the file has a place for channels and conda packages. Otherwise an answer has
    /// conda packages only to tell which Python pip runs on.
    fn has_conda(&self) -> bool {
        true
    }

    /// Whether the whole file is a conda file, and not only a part of it.
    fn is_whole_file(&self) -> bool {
        false
    }

    /// The number of conda packages that [`Host::pin`] writes for an answer with `conda` of
    /// them.
    fn written_conda(&self, environment: &EnvironmentFile, conda: usize) -> usize;
}

/// A conda environment file in YAML or JSON, or the part of a file that is one.
#[derive(Clone, Debug, Default)]
pub struct CondaFile {
    pub(crate) part: Part,
}

impl CondaFile {
    /// The conda spec at the end of a route.
    pub fn below(route: Route<'static>) -> Self {
        Self {
            part: Part::below(route),
        }
    }
}

impl Host for CondaFile {
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> PartialFile {
        environment::reading(self, source, included)
    }

    fn change(&self, before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure> {
        change::in_conda_file(self, before, changes)
    }

    fn pin(&self, before: &EnvironmentFile, pins: &Pins) -> Result<Changed, Failure> {
        let text = pin::in_conda_file(self, before, pins)?;
        Ok(Changed::alone(text))
    }

    fn check_place(&self, source: &Arc<SourceFile>) -> Result<(), Failure> {
        pin::check_place_in_conda_file(self, source)
    }

    fn keeps_requirements(&self, source: &SourceFile) -> bool {
        !source.is_json()
    }

    fn is_whole_file(&self) -> bool {
        self.part.is_whole()
    }

    fn written_conda(&self, _: &EnvironmentFile, conda: usize) -> usize {
        conda
    }
}

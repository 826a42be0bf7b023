//! The kinds of files that hold requirements. Each reads and changes them in its own way.

use std::{fmt::Debug, sync::Arc};

use super::{
    EnvironmentFile,
    change::{self, Change},
    environment::{self, PartialFile},
    part::Part,
    pin::{self, Pins},
};
use presolve_text::{diagnostic::Failure, source::SourceFile};

/// A kind of file, with what has to be known to read one: where in it the requirements are,
/// or which other files belong to it.
pub trait Host: Debug + Send + Sync {
    /// Reads what can be read of a file. Some of the files that it includes may have
    /// another text than on disk.
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> PartialFile;

    /// The text of the file with these changes.
    ///
    /// # Errors
    /// [`Failure::input`] when a change cannot be made in this kind of file.
    fn change(&self, before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure>;

    /// The text of the file with an answer in it. A second time nothing changes.
    ///
    /// # Errors
    /// [`Failure::input`] when the file cannot be edited, or the result does not read back
    /// as the same requirements with these pins.
    fn pin(&self, before: &EnvironmentFile, pins: &Pins) -> Result<String, Failure>;

    /// Whether the file has a place for pins at all.
    ///
    /// # Errors
    /// [`Failure::input`] with the place where a line per package would have to be.
    fn check_place(&self, source: &Arc<SourceFile>) -> Result<(), Failure>;

    /// How many conda packages [`Host::pin`] writes of an answer that has `conda` of them.
    fn written_conda(&self, environment: &EnvironmentFile, conda: usize) -> usize;
}

/// A conda environment file in YAML or JSON, or the part of a file that is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct CondaFile {
    pub(crate) part: Part,
}

impl CondaFile {
    /// The conda spec that stands in a file below these keys: below the first one at the
    /// root, the second one in what it leads to, and so on.
    pub fn below(keys: &'static [&'static str]) -> Self {
        Self {
            part: Part::below(keys),
        }
    }
}

impl Host for CondaFile {
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> PartialFile {
        environment::reading(*self, source, included)
    }

    fn change(&self, before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure> {
        change::in_conda_file(*self, before, changes)
    }

    fn pin(&self, before: &EnvironmentFile, pins: &Pins) -> Result<String, Failure> {
        pin::in_conda_file(*self, before, pins)
    }

    fn check_place(&self, source: &Arc<SourceFile>) -> Result<(), Failure> {
        pin::check_place_in_conda_file(*self, source)
    }

    fn written_conda(&self, _: &EnvironmentFile, conda: usize) -> usize {
        conda
    }
}

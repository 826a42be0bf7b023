//! The kinds of files that hold requirements. Each reads and changes them in its own way.

use std::{fmt::Debug, sync::Arc};

use super::{
    EnvironmentFile,
    change::{self, Change},
    environment::{self, Reading},
    pin::{self, Pins},
};
use presolve_text::{diagnostic::Failure, source::SourceFile};

/// A kind of file. A new one implements this and is named where inputs are opened.
pub trait Host: Debug + Send + Sync {
    /// Reads what can be read of a file. Some of the files that it includes may have
    /// another text than on disk.
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> Reading;

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

    /// How many conda packages [`Host::pin`] writes of an answer that has `conda` of them.
    fn written_conda(&self, environment: &EnvironmentFile, conda: usize) -> usize;
}

/// A conda environment file in YAML or JSON, or the part of a file that is one.
#[derive(Debug)]
pub struct CondaFile;

impl Host for CondaFile {
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> Reading {
        environment::reading(source, included)
    }

    fn change(&self, before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure> {
        change::in_conda_file(before, changes)
    }

    fn pin(&self, before: &EnvironmentFile, pins: &Pins) -> Result<String, Failure> {
        pin::in_conda_file(before, pins)
    }

    fn written_conda(&self, _: &EnvironmentFile, conda: usize) -> usize {
        conda
    }
}

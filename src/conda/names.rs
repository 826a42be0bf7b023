//! The names that conda packages have on PyPI.

use pep508_rs::PackageName;
use rattler_conda_types::RepoDataRecord;

/// Where a name was taken from; the earlier wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameSource {
    /// The record's own `purls`.
    Purl,
    /// The mapping that prefix.dev publishes (parselmouth), or the file or URL
    /// that stands in for it.
    Mapping,
    /// presolve's table of well-known renames.
    BuiltIn,
    /// The same normalised name, which holds for python packages only.
    SameName,
}

/// Tells which PyPI projects a conda record brings.
#[derive(Clone, Debug, Default)]
pub struct Names {}

impl Names {
    /// The PyPI projects that `record` brings, and where that was taken from.
    /// Empty for a package that is no python package.
    pub fn pypi_names(&self, record: &RepoDataRecord) -> (Vec<PackageName>, NameSource) {
        let _ = record;
        todo!()
    }
}

//! Facts that the records of the channels state.

use std::borrow::Cow;

use pep440_rs::Version;
use rattler_conda_types::{PackageName, RepoDataRecord};

/// Returns the names that a record depends on, including conditional dependencies.
pub fn depends_on(record: &RepoDataRecord) -> impl Iterator<Item = Cow<'_, str>> {
    let package = &record.package_record;
    let depends = package
        .depends
        .iter()
        .chain(package.extra_depends.values().flatten());
    depends.map(|text| PackageName::normalized_name_from_matchspec_str(text))
}

/// Returns the date of a record: when its channel published it or, if the channel does not say,
/// when it was built. `None` if the record has neither.
pub fn date(record: &RepoDataRecord) -> Option<jiff::Timestamp> {
    let package = &record.package_record;
    let published = package.indexed_timestamp.as_ref();
    let date = published.or(package.timestamp.as_ref())?;
    Some(date.jiff_timestamp())
}

/// Returns the version of a `python` or `pip` record in PEP 440 form, for comparison in the
/// pip half. `None` if it is not valid in PEP 440.
pub(crate) fn pep_version(record: &RepoDataRecord) -> Option<Version> {
    record.package_record.version.as_str().parse().ok()
}

/// The position of a record: that of its subdir, and its own position in the subdir.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RecordId {
    /// The index of the subdir among the subdirs of the world.
    pub subdir: u32,
    /// The index of the record in the subdir.
    pub index: u32,
}

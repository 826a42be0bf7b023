//! What the records of the channels say of themselves.

use std::borrow::Cow;

use pep440_rs::Version;
use rattler_conda_types::{PackageName, RepoDataRecord};

/// The names that a record depends on, under whatever condition.
pub fn depends_on(record: &RepoDataRecord) -> impl Iterator<Item = Cow<'_, str>> {
    let package = &record.package_record;
    let depends = package
        .depends
        .iter()
        .chain(package.extra_depends.values().flatten());
    depends.map(|text| PackageName::normalized_name_from_matchspec_str(text))
}

/// The version of a record as PEP 440 has it: that of a `python` or a `pip`, which the
/// pip half compares. None if it is not such a version.
pub(crate) fn pep_version(record: &RepoDataRecord) -> Option<Version> {
    record.package_record.version.as_str().parse().ok()
}

//! Records of conda channels.

use std::sync::Arc;

use rattler_conda_types::{RepoDataRecord, Subdir};

pub mod hashes;

/// Records of a channel's subdir, in the order of its repodata.
#[derive(Clone, Debug, Default)]
pub struct SubdirRecords {
    /// Records with the same `channel`. They are shared with the gateway that loaded them.
    pub records: Vec<Arc<RepoDataRecord>>,
}

impl SubdirRecords {
    /// Iterates over the records in order.
    pub fn iter(&self) -> impl Iterator<Item = &RepoDataRecord> {
        self.records.iter().map(AsRef::as_ref)
    }
}

impl FromIterator<RepoDataRecord> for SubdirRecords {
    fn from_iter<I: IntoIterator<Item = RepoDataRecord>>(records: I) -> Self {
        Self {
            records: records.into_iter().map(Arc::new).collect(),
        }
    }
}

/// Channel and subdir of [`SubdirRecords`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Index of the channel in the query; `None` for archives that a match spec names by URL.
    pub channel: Option<usize>,
    /// Subdir of the records.
    pub subdir: Subdir,
}

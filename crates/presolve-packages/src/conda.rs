//! The records of channels.

use std::sync::Arc;

use rattler_conda_types::{RepoDataRecord, Subdir};

pub mod hashes;

/// The records of one subdir of one channel, in the order of its repodata.
#[derive(Clone, Debug, Default)]
pub struct SubdirRecords {
    /// The records; those of a channel have the same `channel`. Answers of one gateway
    /// share them.
    pub records: Vec<Arc<RepoDataRecord>>,
}

impl SubdirRecords {
    /// The records.
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
    /// The index of the channel in the query's; none for archives named by URL.
    pub channel: Option<usize>,
    /// The subdir.
    pub subdir: Subdir,
}

//! Repodata: the records of the channels that a solve may need.

use rattler_conda_types::RepoDataRecord;

/// The records of one subdir of one channel, in the order of its repodata.
#[derive(Clone, Debug, Default)]
pub struct SubdirRecords {
    /// The records; those of a channel have the same `channel`.
    pub records: Vec<RepoDataRecord>,
}

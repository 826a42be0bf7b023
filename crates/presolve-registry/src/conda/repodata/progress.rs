//! Progress of downloads, per channel and subdir.

/// Hears how the download of repodata goes.
pub trait Progress: Send + Sync {
    /// `done` bytes of the known `total` have come so far; `total` is none where
    /// the server does not say it.
    fn progress(&self, channel: &str, subdir: &str, done: u64, total: Option<u64>);

    /// Nothing is on its way for now.
    fn finished(&self, channel: &str, subdir: &str);
}

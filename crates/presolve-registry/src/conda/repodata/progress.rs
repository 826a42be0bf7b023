//! Download progress per channel and subdir.

/// Observer of repodata downloads.
pub trait Progress: Send + Sync {
    /// Reports that `done` of `total` bytes have arrived; `total` is `None` if the server does
    /// not announce it.
    fn progress(&self, channel: &str, subdir: &str, done: u64, total: Option<u64>);

    /// Reports that the download has ended, possibly for another form of repodata to begin.
    fn finished(&self, channel: &str, subdir: &str);
}

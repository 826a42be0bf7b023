//! Progress of downloads, told per channel and subdir.

use std::sync::{Arc, Mutex};

use rattler_repodata_gateway::{DownloadReporter, Reporter};
use url::Url;

use super::channel_of_url;
use crate::conda::channels::SpecChannel;

/// Hears how the download of repodata goes. A channel with shards is downloaded
/// in many small files; their bytes are summed up.
pub trait Progress: Send + Sync {
    /// `done` bytes of the known `total` have come so far; `total` is none where
    /// the server does not say it, and grows as more files are asked for.
    fn progress(&self, channel: &str, subdir: &str, done: u64, total: Option<u64>);

    /// Nothing is on its way for now.
    fn finished(&self, channel: &str, subdir: &str);
}

#[derive(Default)]
struct Subdir {
    channel: String,
    subdir: String,
    files: Vec<File>,
}

impl Subdir {
    fn done(&self) -> u64 {
        self.files.iter().map(|file| file.done).sum()
    }

    fn total(&self) -> Option<u64> {
        self.files.iter().map(|file| file.total).sum()
    }
}

#[derive(Default)]
struct File {
    done: u64,
    total: Option<u64>,
    complete: bool,
}

#[derive(Default)]
struct Downloads {
    subdirs: Vec<Subdir>,
    /// The subdir and file that an index of the gateway's stands for.
    indices: Vec<(usize, usize)>,
}

/// Turns what the gateway reports into calls of [`Progress`].
pub(super) struct Adapter {
    channels: Vec<SpecChannel>,
    progress: Arc<dyn Progress>,
    downloads: Mutex<Downloads>,
}

impl Adapter {
    pub(super) fn new(channels: &[SpecChannel], progress: Arc<dyn Progress>) -> Self {
        Self {
            channels: channels.to_vec(),
            progress,
            downloads: Mutex::default(),
        }
    }

    /// The names by which the user knows what `url` is part of. Shards may lie
    /// on another host; then the host has to do.
    fn place(&self, url: &Url) -> (String, String) {
        let Some(channel) = channel_of_url(url, &self.channels) else {
            return (url.host_str().unwrap_or_default().to_owned(), String::new());
        };
        let base: &Url = channel.channel.base_url.as_ref();
        let depth = base.path_segments().map_or(0, |segments| {
            segments.filter(|segment| !segment.is_empty()).count()
        });
        let subdir = url
            .path_segments()
            .and_then(|mut segments| segments.nth(depth));
        (channel.name.clone(), subdir.unwrap_or_default().to_owned())
    }

    fn update(&self, index: usize, change: impl FnOnce(&mut File)) {
        // A poisoned lock means that a thread panicked over progress bars; that
        // must not stop a download.
        let mut downloads = match self.downloads.lock() {
            Ok(downloads) => downloads,
            Err(poisoned) => poisoned.into_inner(),
        };
        let Some(&(subdir, file)) = downloads.indices.get(index) else {
            return;
        };
        let subdir = &mut downloads.subdirs[subdir];
        change(&mut subdir.files[file]);
        self.progress.progress(
            &subdir.channel,
            &subdir.subdir,
            subdir.done(),
            subdir.total(),
        );
        if subdir.files.iter().all(|file| file.complete) {
            self.progress.finished(&subdir.channel, &subdir.subdir);
        }
    }
}

impl Reporter for Adapter {
    fn download_reporter(&self) -> Option<&dyn DownloadReporter> {
        Some(self)
    }
}

impl DownloadReporter for Adapter {
    fn on_download_start(&self, url: &Url) -> usize {
        let (channel, subdir) = self.place(url);
        let mut guard = match self.downloads.lock() {
            Ok(downloads) => downloads,
            Err(poisoned) => poisoned.into_inner(),
        };
        let downloads = &mut *guard;
        let known = downloads
            .subdirs
            .iter()
            .position(|known| known.channel == channel && known.subdir == subdir);
        let position = known.unwrap_or_else(|| {
            downloads.subdirs.push(Subdir {
                channel,
                subdir,
                files: Vec::new(),
            });
            downloads.subdirs.len() - 1
        });
        let files = &mut downloads.subdirs[position].files;
        files.push(File::default());
        downloads.indices.push((position, files.len() - 1));
        downloads.indices.len() - 1
    }

    fn on_download_progress(&self, _: &Url, index: usize, bytes: usize, total: Option<usize>) {
        self.update(index, |file| {
            file.done = bytes as u64;
            file.total = total.map(|total| total as u64);
        });
    }

    fn on_download_complete(&self, _: &Url, index: usize) {
        self.update(index, |file| {
            file.complete = true;
            file.total = Some(file.done);
        });
    }
}

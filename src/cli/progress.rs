//! The progress display, on a terminal only: a line per channel and subdir, one for PyPI and
//! one for solving.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::eprint_line;
use presolve_registry::{
    conda::repodata,
    network::WaitObserver,
    pypi::session::{Event, Observer},
};
use presolve_resolve::Listener;
use presolve_terminal::foreign;

/// The bars of the process, shared by all code that prints next to them.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Runs a function while the display is hidden, so that it does not mix with the output.
pub(super) fn suspend<A>(act: impl FnOnce() -> A) -> A {
    BARS.suspend(act)
}

/// The progress of a run.
#[derive(Clone)]
pub(super) struct Progress {
    bars: MultiProgress,
    downloads: Arc<Mutex<HashMap<String, ProgressBar>>>,
    pypi: ProgressBar,
    solving: ProgressBar,
    quiet: bool,
    /// Ensures one shared line if several files are solved at a time.
    shows_solving: Arc<Once>,
}

impl Progress {
    /// Shows progress on stderr; indicatif shows nothing if it is not a terminal.
    pub(super) fn new(quiet: bool) -> Self {
        if quiet {
            BARS.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self {
            bars: BARS.clone(),
            downloads: Arc::default(),
            pypi: ProgressBar::hidden(),
            solving: ProgressBar::hidden(),
            quiet,
            shows_solving: Arc::new(Once::new()),
        }
    }

    /// Returns the listener that feeds the display.
    pub(super) fn listener(&self) -> Listener {
        let (solving, waiting) = (self.clone(), self.clone());
        Listener {
            repodata: Some(Arc::new(self.clone())),
            pypi: Some(self.observer()),
            solving: Some(Arc::new(move || solving.solve())),
            waiting: (!self.quiet)
                .then(|| -> WaitObserver { Arc::new(move |host, time| waiting.wait(host, time)) }),
        }
    }

    /// Clears the display.
    pub(super) fn finish(&self) {
        self.pypi.finish_and_clear();
        self.solving.finish_and_clear();
        let _ = self.bars.clear();
    }

    /// Names a host that does not respond, on a separate line. This also appears in CI
    /// logs, where nothing else is shown.
    fn wait(&self, host: &str, time: Duration) {
        let seconds = time.as_secs();
        suspend(|| eprint_line(&format!("waiting for {host}: no answer for {seconds} s")));
    }

    fn solve(&self) {
        self.shows_solving.call_once(|| {
            self.bars.add(self.solving.clone());
            self.solving.set_style(spinner());
            self.solving.set_message("solving");
            self.solving.enable_steady_tick(Duration::from_millis(100));
        });
    }

    fn observer(&self) -> Observer {
        let (pages, files) = (AtomicU64::new(0), AtomicU64::new(0));
        let (bar, bars) = (self.pypi.clone(), self.bars.clone());
        let shown = Once::new();
        Arc::new(move |event| {
            match event {
                Event::PageFetched(_) => pages.fetch_add(1, Ordering::Relaxed),
                Event::MetadataFetched(_) => files.fetch_add(1, Ordering::Relaxed),
                Event::PageRequested(_) | Event::MetadataRequested(_) => return,
            };
            shown.call_once(|| {
                bars.add(bar.clone());
                bar.set_style(spinner());
                bar.enable_steady_tick(Duration::from_millis(100));
            });
            let (pages, files) = (pages.load(Ordering::Relaxed), files.load(Ordering::Relaxed));
            bar.set_message(format!("PyPI: {pages} projects, metadata of {files} files"));
        })
    }
}

impl repodata::Progress for Progress {
    fn progress(&self, channel: &str, subdir: &str, done: u64, total: Option<u64>) {
        let key = format!("{channel}/{subdir}");
        let mut downloads = self
            .downloads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let bar = downloads.entry(key).or_insert_with_key(|key| {
            let bar = self.bars.add(ProgressBar::no_length());
            bar.set_style(download());
            bar.set_message(foreign::shown(key));
            bar
        });
        if let Some(total) = total {
            bar.set_length(total);
        }
        bar.set_position(done);
    }

    fn finished(&self, channel: &str, subdir: &str) {
        let downloads = self
            .downloads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = downloads.get(&format!("{channel}/{subdir}")) {
            bar.finish_and_clear();
        }
    }
}

fn spinner() -> ProgressStyle {
    let template = "{spinner} {msg} ({elapsed})";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn download() -> ProgressStyle {
    let template = "{msg:32} {bar:30} {bytes:>10} / {total_bytes}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

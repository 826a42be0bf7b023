//! Reports hosts that keep a run waiting, because a silent run seems to hang.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use url::Url;

/// Time after which a host is reported. A healthy host answers earlier.
const PATIENCE: Duration = Duration::from_secs(5);

/// Callback with a host that has not sent anything for some seconds, and the time. It is
/// called once per host, from any thread.
pub type WaitObserver = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// Host of a URL, with a port that differs from the default.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Tracks the requests that wait for a host.
#[derive(Default)]
pub(crate) struct Waiting {
    observer: Option<WaitObserver>,
    reported: Mutex<HashSet<String>>,
    /// Number of unanswered requests per host.
    pending: Mutex<BTreeMap<String, usize>>,
}

/// Counts an unanswered request until it is dropped.
struct Pending<'w> {
    waiting: &'w Waiting,
    host: &'w str,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let mut pending = locked(&self.waiting.pending);
        if let Some(requests) = pending.get_mut(self.host) {
            *requests -= 1;
        }
        pending.retain(|_, requests| *requests > 0);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Waiting {
    pub(crate) fn new(observer: Option<WaitObserver>) -> Self {
        Self {
            observer,
            ..Self::default()
        }
    }

    fn is_new(&self, host: &str) -> bool {
        locked(&self.reported).insert(host.to_owned())
    }

    /// Hosts with unanswered requests.
    pub(crate) fn pending(&self) -> Vec<String> {
        locked(&self.pending).keys().cloned().collect()
    }

    fn begin<'w>(&'w self, host: &'w str) -> Pending<'w> {
        let mut pending = locked(&self.pending);
        *pending.entry(host.to_owned()).or_default() += 1;
        Pending {
            waiting: self,
            host,
        }
    }

    /// Awaits `work`, and reports the host if it takes longer than [`PATIENCE`].
    pub(crate) async fn watch<T>(&self, host: &str, work: impl Future<Output = T>) -> T {
        let _pending = self.begin(host);
        let Some(observer) = &self.observer else {
            return work.await;
        };
        let start = Instant::now();
        tokio::pin!(work);
        match tokio::time::timeout(PATIENCE, &mut work).await {
            Ok(done) => done,
            Err(_) => {
                if self.is_new(host) {
                    observer(host, start.elapsed());
                }
                work.await
            }
        }
    }
}

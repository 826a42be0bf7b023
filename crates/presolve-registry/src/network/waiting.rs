//! Who is told that a host keeps a run waiting: silence looks like a hang.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use url::Url;

/// A healthy host answers within this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Called with the name of a host that has not sent anything for some seconds, once per
/// host; from any thread.
pub type WaitObserver = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// The host of a URL, with its port where that is not the usual one.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Watches what waits for a host.
#[derive(Default)]
pub(crate) struct Waiting {
    observer: Option<WaitObserver>,
    reported: Mutex<HashSet<String>>,
    /// How many requests each host has yet to answer.
    pending: Mutex<BTreeMap<String, usize>>,
}

/// A request that a host has yet to answer.
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

    /// The hosts that have yet to answer.
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

    /// Awaits `work`, and reports the host if that takes long.
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

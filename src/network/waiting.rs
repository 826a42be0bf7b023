//! Who is told that a host keeps a run waiting: silence looks like a hang.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A healthy host answers within this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Called with the name of a host that has not sent anything for some seconds, once per
/// host; from any thread.
pub type WaitObserver = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// Watches what waits for a host.
#[derive(Default)]
pub(crate) struct Waiting {
    observer: Option<WaitObserver>,
    reported: Mutex<HashSet<String>>,
}

impl Waiting {
    pub(crate) fn new(observer: Option<WaitObserver>) -> Self {
        Self {
            observer,
            reported: Mutex::default(),
        }
    }

    fn is_new(&self, host: &str) -> bool {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        reported.insert(host.to_owned())
    }

    /// Awaits `work`, and reports the host if that takes long.
    pub(crate) async fn watch<T>(&self, host: &str, work: impl Future<Output = T>) -> T {
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

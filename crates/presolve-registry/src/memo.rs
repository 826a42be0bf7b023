//! Answers that are computed once, even for concurrent queries.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OnceCell;

type Cells<K, V> = HashMap<K, Arc<OnceCell<V>>>;

/// A concurrent map from keys to answers.
#[derive(Debug)]
pub struct Memo<K, V>(Mutex<Cells<K, V>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// Returns the answer for `key`, and runs `work` if there is none yet. Concurrent callers
    /// wait for the same run.
    pub async fn get(&self, key: K, work: impl Future<Output = V>) -> V {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(key).or_default())
        };
        cell.get_or_init(|| work).await.clone()
    }

    /// Calls `see` for every answer that is complete.
    pub fn each(&self, mut see: impl FnMut(&V)) {
        let cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cells
            .values()
            .filter_map(|cell| cell.get())
            .for_each(&mut see);
    }

    /// Forgets all answers if their total weight exceeds `limit`. Callers that wait for an
    /// answer still get it.
    pub fn trim(&self, limit: usize, weight: impl Fn(&V) -> usize) {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let weights = cells.values().filter_map(|cell| cell.get().map(&weight));
        if weights.sum::<usize>() > limit {
            cells.clear();
        }
    }
}

//! The limits on what the files of a run can make presolve ask.
//!
//! A pull request may name thousands of images, and hosts that answer slowly.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The maximum number of images that a run asks for.
const MOST_IMAGES: usize = 500;

/// The maximum number of registries that a run asks.
const MOST_REGISTRIES: usize = 20;

/// The maximum time from the first request of a run to the last.
const TIME: Duration = Duration::from_secs(300);

/// The limit that a run reaches after [`TIME`].
pub(super) fn out_of_time() -> String {
    let seconds = TIME.as_secs();
    format!("a run asks registries for at most {seconds} s")
}

/// What a run has asked for.
#[derive(Default)]
pub(super) struct Budget(Mutex<Spent>);

#[derive(Default)]
struct Spent {
    start: Option<Instant>,
    images: usize,
    registries: BTreeSet<String>,
}

impl Budget {
    /// Counts an image. Returns the time that is left.
    ///
    /// # Errors
    /// The limit that the run has reached.
    pub(super) fn spend(&self, registry: &str) -> Result<Duration, String> {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let start = *spent.start.get_or_insert_with(Instant::now);
        let left = TIME.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Err(out_of_time());
        }
        if spent.images == MOST_IMAGES {
            return Err(format!("a run asks for at most {MOST_IMAGES} images"));
        }
        let is_known = spent.registries.contains(registry);
        if !is_known && spent.registries.len() == MOST_REGISTRIES {
            return Err(format!("a run asks at most {MOST_REGISTRIES} registries"));
        }
        spent.images += 1;
        spent.registries.insert(registry.to_owned());
        Ok(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_registries_and_time_are_limited() {
        let budget = Budget::default();
        for index in 0..MOST_REGISTRIES {
            assert!(budget.spend(&format!("h{index}.example")).is_ok());
        }
        let refused = budget.spend("other.example").expect_err("too many");
        assert_eq!(refused, "a run asks at most 20 registries");
        for _ in MOST_REGISTRIES..MOST_IMAGES {
            assert!(budget.spend("h0.example").is_ok());
        }
        let refused = budget.spend("h0.example").expect_err("too many");
        assert_eq!(refused, "a run asks for at most 500 images");
        let late = Budget(Mutex::new(Spent {
            start: Instant::now().checked_sub(TIME),
            ..Spent::default()
        }));
        if late.0.lock().expect("not poisoned").start.is_some() {
            let refused = late.spend("h0.example").expect_err("too late");
            assert_eq!(refused, "a run asks registries for at most 300 s");
        }
    }
}

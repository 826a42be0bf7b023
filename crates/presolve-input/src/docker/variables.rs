//! The variables of a build and their values.
//!
//! Every command of a Dockerfile keeps its own variables, so copies have to be cheap. Values
//! that contain each other (`ENV A=$B$B`, line after line) grow exponentially, so the length
//! of a value and the total of all expansions are limited.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rpds::{HashTrieSetSync, RedBlackTreeMapSync};

use super::shell::Unknown;

/// The maximum length of a value, in bytes. A `PATH` has a few hundred.
pub(super) const MAX_VALUE: usize = 16 * 1024;

/// The maximum total of all expansions in one Dockerfile, in bytes.
const MAX_TOTAL: usize = 64 * 1024 * 1024;

/// Variables with their values; `None` if the value is unknown.
#[derive(Clone, Default)]
pub struct Variables {
    values: RedBlackTreeMapSync<String, Option<String>>,
    too_long: HashTrieSetSync<String>,
    /// The bytes that were expanded, a counter that all copies share.
    expanded: Arc<AtomicUsize>,
}

impl Variables {
    /// Returns a variable: `None` if it does not exist, `Some(None)` if its value is unknown.
    pub fn get(&self, name: &str) -> Option<&Option<String>> {
        self.values.get(name)
    }

    /// Whether a variable exists, even without a known value.
    pub fn contains(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Sets a variable; `None` if its value is unknown.
    pub fn insert(&mut self, name: impl Into<String>, value: Option<String>) {
        let name = name.into();
        self.too_long.remove_mut(&name);
        self.values.insert_mut(name, value);
    }

    /// Sets a variable, or records why its value is unknown.
    pub fn assign(&mut self, name: impl Into<String>, value: Result<String, Unknown>) {
        let name = name.into();
        let is_too_long = matches!(value, Err(Unknown::TooLong(_)));
        self.insert(&*name, value.ok());
        if is_too_long {
            self.too_long.insert_mut(name);
        }
    }

    /// Copies a variable from `others`.
    pub fn take_from(&mut self, others: &Self, name: &str) {
        match others.get(name) {
            Some(Some(value)) => self.insert(name, Some(value.clone())),
            Some(None) => self.assign(name, Err(others.why_unknown(name))),
            None => drop(self.values.remove_mut(name)),
        }
    }

    /// Appends the value of a variable to a text.
    ///
    /// # Errors
    /// [`Unknown::TooLong`] when the text or the total exceeds its limit.
    pub fn expand(&self, into: &mut String, name: &str, value: &str) -> Result<(), Unknown> {
        let before = self.expanded.fetch_add(value.len(), Ordering::Relaxed);
        if into.len() + value.len() > MAX_VALUE || before + value.len() > MAX_TOTAL {
            return Err(Unknown::TooLong(name.to_owned()));
        }
        into.push_str(value);
        Ok(())
    }

    /// Returns the reason why the value of a variable is unknown.
    pub fn why_unknown(&self, name: &str) -> Unknown {
        if self.too_long.contains(name) {
            Unknown::TooLong(name.to_owned())
        } else {
            Unknown::Unset(name.to_owned())
        }
    }
}

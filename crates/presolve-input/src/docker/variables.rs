//! The variables of a build and their values.
//!
//! Every command of a Dockerfile keeps those that hold for it, so a copy has to cost
//! little. Values grow by what is put into each other (`ENV A=$B$B`, line after line), so
//! their length is limited, and so is what is expanded in all.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rpds::{HashTrieSetSync, RedBlackTreeMapSync};

use super::shell::Unknown;

/// How many bytes a value may have. A `PATH` has some hundred.
pub(super) const MAX_VALUE: usize = 16 * 1024;

/// How many bytes the variables of one Dockerfile may be expanded to in all.
const MAX_TOTAL: usize = 64 * 1024 * 1024;

/// Variables and their values; none where there is one that is not known.
#[derive(Clone, Default)]
pub struct Variables {
    values: RedBlackTreeMapSync<String, Option<String>>,
    too_long: HashTrieSetSync<String>,
    /// How many bytes were expanded. All copies share it.
    expanded: Arc<AtomicUsize>,
}

impl Variables {
    /// A variable; none if there is none, and then none if its value is not known.
    pub fn get(&self, name: &str) -> Option<&Option<String>> {
        self.values.get(name)
    }

    /// Whether there is a variable, with or without a known value.
    pub fn contains(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Gives a variable a value, or none that is known.
    pub fn insert(&mut self, name: impl Into<String>, value: Option<String>) {
        let name = name.into();
        self.too_long.remove_mut(&name);
        self.values.insert_mut(name, value);
    }

    /// Gives a variable a value, or keeps why it has none.
    pub fn assign(&mut self, name: impl Into<String>, value: Result<String, Unknown>) {
        let name = name.into();
        let is_too_long = matches!(value, Err(Unknown::TooLong(_)));
        self.insert(&*name, value.ok());
        if is_too_long {
            self.too_long.insert_mut(name);
        }
    }

    /// Makes a variable what it is in others.
    pub fn take_from(&mut self, others: &Self, name: &str) {
        match others.get(name) {
            Some(Some(value)) => self.insert(name, Some(value.clone())),
            Some(None) => self.assign(name, Err(others.why_unknown(name))),
            None => drop(self.values.remove_mut(name)),
        }
    }

    /// Adds the value of a variable to a text.
    ///
    /// # Errors
    /// If it becomes too long.
    pub fn expand(&self, into: &mut String, name: &str, value: &str) -> Result<(), Unknown> {
        let before = self.expanded.fetch_add(value.len(), Ordering::Relaxed);
        if into.len() + value.len() > MAX_VALUE || before + value.len() > MAX_TOTAL {
            return Err(Unknown::TooLong(name.to_owned()));
        }
        into.push_str(value);
        Ok(())
    }

    /// Why a variable without a value has none.
    pub fn why_unknown(&self, name: &str) -> Unknown {
        if self.too_long.contains(name) {
            Unknown::TooLong(name.to_owned())
        } else {
            Unknown::Unset(name.to_owned())
        }
    }
}

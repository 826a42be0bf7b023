//! Rules on the list of dependencies.

use super::Rule;

mod unpinned_dependency;

pub(super) static RULES: &[&Rule] = &[&unpinned_dependency::RULE];

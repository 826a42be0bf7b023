//! Rules on the pip list.

use super::Rule;

mod pip_not_declared;

pub(super) static RULES: &[&Rule] = &[&pip_not_declared::RULE];

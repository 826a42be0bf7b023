//! Rules that only a solve can find. [`crate::check::solving`] makes their findings.

use super::Rule;

mod unsolvable;

pub(super) static RULES: &[&Rule] = &[&unsolvable::RULE];

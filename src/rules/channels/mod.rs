//! Rules on where packages come from.

use super::Rule;

mod missing_channels;

pub(super) static RULES: &[&Rule] = &[&missing_channels::RULE];

//! Rules on the file itself: its encoding, its YAML, its keys.

use super::Rule;

mod prefix_in_file;

pub(super) static RULES: &[&Rule] = &[&prefix_in_file::RULE];

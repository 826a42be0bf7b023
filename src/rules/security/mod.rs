//! Rules on secrets and on what others could put in.

use super::Rule;

mod secret_in_url;

pub(super) static RULES: &[&Rule] = &[&secret_in_url::RULE];

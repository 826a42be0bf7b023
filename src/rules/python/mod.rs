//! Rules on the Python of the environment.

use super::Rule;

mod missing_python;

pub(super) static RULES: &[&Rule] = &[&missing_python::RULE];

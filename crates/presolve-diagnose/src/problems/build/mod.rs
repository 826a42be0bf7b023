//! Problems of the build as a whole.

use super::Problem;

mod build_timeout;

pub(super) static PROBLEMS: &[&Problem] = &[&build_timeout::PROBLEM];

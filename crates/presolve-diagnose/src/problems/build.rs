//! Problems of the build as a whole.

use super::KnownFailure;

mod build_timeout;

pub(super) static PROBLEMS: &[&KnownFailure] = &[&build_timeout::PROBLEM];

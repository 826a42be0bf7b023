//! Problems of Azure's services around a build.

use super::KnownFailure;

mod blob_forbidden;
mod build_log_unavailable;

pub(super) static PROBLEMS: &[&KnownFailure] =
    &[&blob_forbidden::PROBLEM, &build_log_unavailable::PROBLEM];

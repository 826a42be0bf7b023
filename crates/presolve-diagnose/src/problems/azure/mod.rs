//! Problems of Azure's services around a build.

use super::Problem;

mod blob_forbidden;
mod build_log_unavailable;

pub(super) static PROBLEMS: &[&Problem] =
    &[&blob_forbidden::PROBLEM, &build_log_unavailable::PROBLEM];

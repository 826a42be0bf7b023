//! Problems of uv.

use super::KnownFailure;

mod uv_environment_missing;
mod uv_group_missing;
mod uv_lock_missing;
mod uv_lock_outdated;
mod uv_lock_unreadable;
mod uv_network_error;
mod uv_no_solution;
mod uv_project_invalid;
mod uv_project_missing;
mod uv_python_missing;
mod uv_source_missing;
mod uv_usage_error;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &uv_no_solution::PROBLEM,
    &uv_lock_outdated::PROBLEM,
    &uv_lock_missing::PROBLEM,
    &uv_lock_unreadable::PROBLEM,
    &uv_environment_missing::PROBLEM,
    &uv_python_missing::PROBLEM,
    &uv_project_missing::PROBLEM,
    &uv_project_invalid::PROBLEM,
    &uv_source_missing::PROBLEM,
    &uv_network_error::PROBLEM,
    &uv_group_missing::PROBLEM,
    &uv_usage_error::PROBLEM,
];

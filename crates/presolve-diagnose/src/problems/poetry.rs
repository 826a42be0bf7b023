//! Problems of Poetry.

use super::KnownFailure;

mod poetry_group_missing;
mod poetry_lock_outdated;
mod poetry_lock_unreadable;
mod poetry_network_error;
mod poetry_no_candidates;
mod poetry_project_invalid;
mod poetry_project_missing;
mod poetry_root_not_installable;
mod poetry_solving_failed;
mod poetry_source_missing;
mod poetry_usage_error;
mod poetry_version_incompatible;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &poetry_solving_failed::PROBLEM,
    &poetry_lock_outdated::PROBLEM,
    &poetry_lock_unreadable::PROBLEM,
    &poetry_project_missing::PROBLEM,
    &poetry_project_invalid::PROBLEM,
    &poetry_root_not_installable::PROBLEM,
    &poetry_no_candidates::PROBLEM,
    &poetry_group_missing::PROBLEM,
    &poetry_source_missing::PROBLEM,
    &poetry_usage_error::PROBLEM,
    &poetry_network_error::PROBLEM,
    &poetry_version_incompatible::PROBLEM,
];

//! Problems of conda-lock and of its lock files, which micromamba also reads.

use super::KnownFailure;

mod conda_lock_file_unreadable;
mod conda_lock_not_solved;
mod conda_lock_pip_without_python;
mod conda_lock_platform_missing;
mod conda_lock_solver_incompatible;
mod conda_lock_sources_disagree;
mod conda_lock_variable_missing;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &conda_lock_platform_missing::PROBLEM,
    &conda_lock_not_solved::PROBLEM,
    &conda_lock_file_unreadable::PROBLEM,
    &conda_lock_pip_without_python::PROBLEM,
    &conda_lock_variable_missing::PROBLEM,
    &conda_lock_sources_disagree::PROBLEM,
    &conda_lock_solver_incompatible::PROBLEM,
];

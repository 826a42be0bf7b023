//! Problems of pixi.

use super::KnownFailure;

mod pixi_build_failed;
mod pixi_environment_missing;
mod pixi_lock_outdated;
mod pixi_lock_unreadable;
mod pixi_manifest_invalid;
mod pixi_network_error;
mod pixi_not_solved;
mod pixi_platform_unsupported;
mod pixi_project_missing;
mod pixi_python_missing;
mod pixi_task_missing;
mod pixi_version_incompatible;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &pixi_lock_outdated::PROBLEM,
    &pixi_lock_unreadable::PROBLEM,
    &pixi_project_missing::PROBLEM,
    &pixi_manifest_invalid::PROBLEM,
    &pixi_platform_unsupported::PROBLEM,
    &pixi_version_incompatible::PROBLEM,
    &pixi_environment_missing::PROBLEM,
    &pixi_task_missing::PROBLEM,
    &pixi_not_solved::PROBLEM,
    &pixi_python_missing::PROBLEM,
    &pixi_build_failed::PROBLEM,
    &pixi_network_error::PROBLEM,
];

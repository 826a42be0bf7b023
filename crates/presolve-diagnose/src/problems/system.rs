//! Problems of the shell, of the machine, and of the packages of the Linux distribution.

use super::KnownFailure;

mod apt_get_failed;
mod command_not_found;
mod disk_full;
mod download_failed;
mod exec_format_error;
mod git_clone_failed;
mod git_lfs_quota_exceeded;
mod name_resolution_failed;
mod npm_failed;
mod out_of_memory;
mod package_manager_failed;
mod permission_denied;
mod script_line_endings;
mod shell_syntax_error;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &apt_get_failed::PROBLEM,
    &package_manager_failed::PROBLEM,
    &out_of_memory::PROBLEM,
    &disk_full::PROBLEM,
    &command_not_found::PROBLEM,
    &permission_denied::PROBLEM,
    &shell_syntax_error::PROBLEM,
    &exec_format_error::PROBLEM,
    &script_line_endings::PROBLEM,
    &name_resolution_failed::PROBLEM,
    &download_failed::PROBLEM,
    &git_clone_failed::PROBLEM,
    &git_lfs_quota_exceeded::PROBLEM,
    &npm_failed::PROBLEM,
];

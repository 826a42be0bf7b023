//! Problems of conda and mamba: solving, downloading, installing.

use super::KnownFailure;

mod conda_bad_spec;
mod conda_bare_redirection;
mod conda_channel_not_allowed;
mod conda_channel_unavailable;
mod conda_checksum_mismatch;
mod conda_clobber;
mod conda_command_not_found;
mod conda_environment_file_missing;
mod conda_environment_not_found;
mod conda_file_not_a_list;
mod conda_http_error;
mod conda_invalid_archive;
mod conda_link_failed;
mod conda_lock_timeout;
mod conda_package_corrupted;
mod conda_permission_denied;
mod conda_prefix_exists;
mod conda_proxy_error;
mod conda_remove_error;
mod conda_section_not_valid;
mod conda_shell_not_initialized;
mod conda_solver_missing;
mod conda_spec_not_found;
mod conda_ssl_error;
mod conda_tos_not_accepted;
mod conda_unexpected_error;
mod conda_unknown_installer;
mod conda_usage_error;
mod conda_yaml_encoding;
mod conda_yaml_invalid;
mod libmamba_download_failed;
mod libmamba_nothing_provides;
mod libmamba_strict_priority;
mod package_not_found;
mod solve_conflict_hang;
mod solve_timeout;
mod unsatisfiable;
mod virtual_package_missing;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &package_not_found::PROBLEM,
    &libmamba_nothing_provides::PROBLEM,
    &libmamba_strict_priority::PROBLEM,
    &unsatisfiable::PROBLEM,
    &solve_timeout::PROBLEM,
    &solve_conflict_hang::PROBLEM,
    &conda_bad_spec::PROBLEM,
    &conda_http_error::PROBLEM,
    &conda_ssl_error::PROBLEM,
    &conda_proxy_error::PROBLEM,
    &conda_channel_unavailable::PROBLEM,
    &conda_channel_not_allowed::PROBLEM,
    &conda_tos_not_accepted::PROBLEM,
    &conda_section_not_valid::PROBLEM,
    &conda_spec_not_found::PROBLEM,
    &conda_environment_file_missing::PROBLEM,
    &conda_yaml_invalid::PROBLEM,
    &conda_yaml_encoding::PROBLEM,
    &conda_prefix_exists::PROBLEM,
    &conda_environment_not_found::PROBLEM,
    &conda_shell_not_initialized::PROBLEM,
    &conda_command_not_found::PROBLEM,
    &conda_bare_redirection::PROBLEM,
    &conda_link_failed::PROBLEM,
    &conda_clobber::PROBLEM,
    &conda_checksum_mismatch::PROBLEM,
    &conda_invalid_archive::PROBLEM,
    &conda_package_corrupted::PROBLEM,
    &conda_lock_timeout::PROBLEM,
    &conda_permission_denied::PROBLEM,
    &virtual_package_missing::PROBLEM,
    &libmamba_download_failed::PROBLEM,
    &conda_solver_missing::PROBLEM,
    &conda_remove_error::PROBLEM,
    &conda_usage_error::PROBLEM,
    &conda_unexpected_error::PROBLEM,
    &conda_file_not_a_list::PROBLEM,
    &conda_unknown_installer::PROBLEM,
];

//! Problems of pip and of Python programs that a build runs.

use super::KnownFailure;

mod incompatible_python_version;
mod interactive_auth_attempted;
mod pip_backtracking;
mod pip_build_failed;
mod pip_cannot_uninstall;
mod pip_cython_incompatible;
mod pip_directory_not_installable;
mod pip_double_requirement;
mod pip_externally_managed_environment;
mod pip_hash_mismatch;
mod pip_hash_missing;
mod pip_http_error;
mod pip_invalid_metadata;
mod pip_invalid_operator;
mod pip_invalid_requirement;
mod pip_invalid_wheel_filename;
mod pip_missing;
mod pip_network_error;
mod pip_no_matching_distribution;
mod pip_os_error;
mod pip_permission_denied;
mod pip_proxy_error;
mod pip_readme_missing;
mod pip_requirements_file_missing;
mod pip_resolution_impossible;
mod pip_resolution_too_deep;
mod pip_setuptools_too_new;
mod pip_setuptools_too_old_for_python;
mod pip_sklearn_deprecated;
mod pip_ssl_error;
mod pip_usage_error;
mod pip_wheel_not_supported;
mod python_module_missing;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &pip_no_matching_distribution::PROBLEM,
    &incompatible_python_version::PROBLEM,
    &pip_invalid_operator::PROBLEM,
    &pip_invalid_requirement::PROBLEM,
    &pip_invalid_metadata::PROBLEM,
    &pip_invalid_wheel_filename::PROBLEM,
    &pip_wheel_not_supported::PROBLEM,
    &pip_requirements_file_missing::PROBLEM,
    &pip_directory_not_installable::PROBLEM,
    &pip_cannot_uninstall::PROBLEM,
    &pip_build_failed::PROBLEM,
    &pip_setuptools_too_old_for_python::PROBLEM,
    &pip_setuptools_too_new::PROBLEM,
    &pip_sklearn_deprecated::PROBLEM,
    &python_module_missing::PROBLEM,
    &pip_cython_incompatible::PROBLEM,
    &pip_resolution_impossible::PROBLEM,
    &pip_double_requirement::PROBLEM,
    &pip_resolution_too_deep::PROBLEM,
    &pip_backtracking::PROBLEM,
    &pip_hash_mismatch::PROBLEM,
    &pip_hash_missing::PROBLEM,
    &pip_ssl_error::PROBLEM,
    &pip_proxy_error::PROBLEM,
    &pip_network_error::PROBLEM,
    &pip_http_error::PROBLEM,
    &interactive_auth_attempted::PROBLEM,
    &pip_externally_managed_environment::PROBLEM,
    &pip_permission_denied::PROBLEM,
    &pip_os_error::PROBLEM,
    &pip_missing::PROBLEM,
    &pip_usage_error::PROBLEM,
    &pip_readme_missing::PROBLEM,
];

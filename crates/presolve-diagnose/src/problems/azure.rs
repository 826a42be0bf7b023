//! Problems of Azure's services around a build.

use super::KnownFailure;

mod azure_login_failed;
mod azure_role_missing;
mod azureml_registry_denied;
mod blob_forbidden;
mod build_log_unavailable;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &blob_forbidden::PROBLEM,
    &build_log_unavailable::PROBLEM,
    &azure_login_failed::PROBLEM,
    &azure_role_missing::PROBLEM,
    &azureml_registry_denied::PROBLEM,
];

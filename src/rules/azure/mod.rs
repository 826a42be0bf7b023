//! Rules on the YAML that defines an Azure ML environment.

use super::Rule;

mod classic_solver_image;
mod conda_file_with_build;
mod deprecated_image;
mod empty_azure_key;
mod environment_name_too_long;
mod incomplete_route;
mod invalid_os_type;
mod malformed_image_tag;
mod missing_conda_file;
mod missing_context_path;
mod missing_docker_option;
mod missing_dockerfile;
mod missing_environment_name;
mod preview_schema;
mod registry_credentials;
mod reserved_environment_name;
mod too_many_docker_options;
mod unknown_azure_key;
mod unquoted_version;
mod unrendered_template;
mod untagged_image;

pub(super) static RULES: &[&Rule] = &[
    &missing_environment_name::RULE,
    &empty_azure_key::RULE,
    &reserved_environment_name::RULE,
    &environment_name_too_long::RULE,
    &too_many_docker_options::RULE,
    &missing_docker_option::RULE,
    &conda_file_with_build::RULE,
    &missing_context_path::RULE,
    &missing_dockerfile::RULE,
    &missing_conda_file::RULE,
    &deprecated_image::RULE,
    &untagged_image::RULE,
    &malformed_image_tag::RULE,
    &registry_credentials::RULE,
    &unknown_azure_key::RULE,
    &unquoted_version::RULE,
    &preview_schema::RULE,
    &invalid_os_type::RULE,
    &incomplete_route::RULE,
    &unrendered_template::RULE,
    &classic_solver_image::RULE,
];

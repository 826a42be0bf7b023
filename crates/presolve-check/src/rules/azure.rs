//! Rules on the files that define Azure ML environments, or refer to them.

use super::Rule;

mod attribute_beside_build_context;
mod base_conda_environment;
mod classic_solver_image;
mod conda_file_with_build;
mod deprecated_docker_attribute;
mod deprecated_image;
mod deprecated_r_section;
mod empty_azure_key;
mod environment_as_image;
mod environment_name_too_long;
mod incomplete_registry_credentials;
mod incomplete_route;
mod invalid_context_location;
mod invalid_environment_reference;
mod invalid_os_type;
mod malformed_image_tag;
mod misplaced_runtime_variables;
mod missing_azure_file;
mod missing_conda_file;
mod missing_context_path;
mod missing_docker_option;
mod missing_docker_section;
mod missing_dockerfile;
mod missing_environment_name;
mod missing_python_section;
mod mistyped_azure_value;
mod preview_schema;
mod registered_environment;
mod registry_credentials;
mod reserved_environment_name;
mod several_registry_credentials;
mod too_many_docker_options;
mod unknown_azure_key;
mod unquoted_version;
mod unrendered_template;
mod unsupported_location_type;
mod untagged_image;

pub(super) static RULES: &[&Rule] = &[
    &missing_environment_name::RULE,
    &empty_azure_key::RULE,
    &mistyped_azure_value::RULE,
    &reserved_environment_name::RULE,
    &environment_name_too_long::RULE,
    &too_many_docker_options::RULE,
    &missing_docker_option::RULE,
    &conda_file_with_build::RULE,
    &missing_context_path::RULE,
    &missing_dockerfile::RULE,
    &missing_conda_file::RULE,
    &invalid_environment_reference::RULE,
    &missing_azure_file::RULE,
    &registered_environment::RULE,
    &environment_as_image::RULE,
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
    &missing_docker_section::RULE,
    &missing_python_section::RULE,
    &incomplete_registry_credentials::RULE,
    &several_registry_credentials::RULE,
    &deprecated_docker_attribute::RULE,
    &attribute_beside_build_context::RULE,
    &unsupported_location_type::RULE,
    &invalid_context_location::RULE,
    &misplaced_runtime_variables::RULE,
    &deprecated_r_section::RULE,
    &base_conda_environment::RULE,
];

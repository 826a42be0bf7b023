//! Rules on Dockerfiles, named by themselves or by a definition.

use super::Rule;

mod bare_redirection;
mod dockerfile_syntax;
mod dockerfile_too_long;
mod image_without_conda;
pub(crate) mod inaccessible_image;
pub(super) mod missing_copy_source;
pub(crate) mod missing_image;
mod replaced_requirement;
mod unknown_instruction;
mod unsolved_install;
mod yaml_as_package_list;

pub(super) static RULES: &[&Rule] = &[
    &dockerfile_syntax::RULE,
    &unknown_instruction::RULE,
    &dockerfile_too_long::RULE,
    &missing_copy_source::RULE,
    &image_without_conda::RULE,
    &missing_image::RULE,
    &inaccessible_image::RULE,
    &yaml_as_package_list::RULE,
    &bare_redirection::RULE,
    &replaced_requirement::RULE,
    &unsolved_install::RULE,
];

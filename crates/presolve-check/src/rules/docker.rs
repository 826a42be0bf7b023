//! Rules on Dockerfiles, named by themselves or by a definition.

use super::Rule;

mod bare_redirection;
mod dockerfile_syntax;
mod dockerfile_too_long;
pub(super) mod missing_copy_source;
mod replaced_requirement;
mod unknown_instruction;
mod unsolved_install;

pub(super) static RULES: &[&Rule] = &[
    &dockerfile_syntax::RULE,
    &unknown_instruction::RULE,
    &dockerfile_too_long::RULE,
    &missing_copy_source::RULE,
    &bare_redirection::RULE,
    &replaced_requirement::RULE,
    &unsolved_install::RULE,
];

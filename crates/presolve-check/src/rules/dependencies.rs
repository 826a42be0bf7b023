//! Rules on the list of dependencies.

use super::Rule;

mod channel_in_conda_list;
mod duplicate_dependency;
mod extra_in_conda_list;
mod freedom;
mod install_command;
pub(super) mod invalid_match_spec;
mod moved;
mod open_build;
mod open_ended_dependency;
mod other_platform_package;
mod pip_line_in_conda_list;
mod platform_bound_build;
mod ranged_dependency;
mod same_in_conda_and_pip;
mod targets;
mod unpinned_dependency;
pub(super) mod unusual_version;

pub(super) static RULES: &[&Rule] = &[
    &invalid_match_spec::RULE,
    &unusual_version::RULE,
    &pip_line_in_conda_list::RULE,
    &install_command::RULE,
    &channel_in_conda_list::RULE,
    &extra_in_conda_list::RULE,
    &duplicate_dependency::RULE,
    &same_in_conda_and_pip::RULE,
    &other_platform_package::RULE,
    &platform_bound_build::RULE,
    &unpinned_dependency::RULE,
    &open_ended_dependency::RULE,
    &ranged_dependency::RULE,
    &open_build::RULE,
];

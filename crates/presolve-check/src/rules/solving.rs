//! Rules that only a solve or a package index can find. [`crate::solving`] and
//! [`crate::releases`] make their findings.

use super::Rule;

mod assumed_requirements;
pub(crate) mod classic_solver_limit;
mod cpu_build_on_cuda_image;
pub(crate) mod gone_builds;
pub(crate) mod incompatible_python;
mod legacy_resolver;
mod missing_build_dependency;
mod missing_virtual_package;
mod name_by_table;
pub(crate) mod needs_compiler;
pub(crate) mod needs_mpi;
mod old_pip;
pub(crate) mod outdated_pin;
pub(crate) mod overlapping_distributions;
mod pip_cannot_uninstall;
mod pip_overwrites_conda;
mod pip_upgrades_conda;
mod placeholder_project;
pub(crate) mod redundant_dependency;
mod source_build;
mod undated_package;
mod unknown_channel;
mod unknown_package;
mod unknown_pip_option;
mod unknown_project;
mod unknown_requirements;
mod unresolvable_line;
pub(crate) mod unsolvable;
pub(crate) mod vulnerable_release;
pub(crate) mod yanked_release;

pub(super) static RULES: &[&Rule] = &[
    &unsolvable::RULE,
    &incompatible_python::RULE,
    &gone_builds::RULE,
    &unknown_package::RULE,
    &unknown_pip_option::RULE,
    &unknown_project::RULE,
    &unknown_channel::RULE,
    &missing_virtual_package::RULE,
    &cpu_build_on_cuda_image::RULE,
    &pip_overwrites_conda::RULE,
    &pip_cannot_uninstall::RULE,
    &pip_upgrades_conda::RULE,
    &overlapping_distributions::RULE,
    &legacy_resolver::RULE,
    &old_pip::RULE,
    &source_build::RULE,
    &needs_compiler::RULE,
    &needs_mpi::RULE,
    &missing_build_dependency::RULE,
    &unknown_requirements::RULE,
    &assumed_requirements::RULE,
    &name_by_table::RULE,
    &placeholder_project::RULE,
    &unresolvable_line::RULE,
    &undated_package::RULE,
    &classic_solver_limit::RULE,
    &outdated_pin::RULE,
    &redundant_dependency::RULE,
    &yanked_release::RULE,
    &vulnerable_release::RULE,
];

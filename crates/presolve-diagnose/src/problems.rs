//! The known problems, grouped by subject.

use super::KnownFailure;

mod azure;
mod build;
mod conda;
mod docker;
mod image;
mod native;
mod pip;
mod registry;
mod system;

/// Every problem, in the order in which `diagnose --list` shows them.
pub static PROBLEMS: &[&[&KnownFailure]] = &[
    conda::PROBLEMS,
    pip::PROBLEMS,
    native::PROBLEMS,
    system::PROBLEMS,
    image::PROBLEMS,
    registry::PROBLEMS,
    docker::PROBLEMS,
    build::PROBLEMS,
    azure::PROBLEMS,
];

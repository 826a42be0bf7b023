//! The known problems, grouped by subject.

use super::KnownFailure;

mod azure;
mod build;
mod conda;
mod conda_lock;
mod docker;
mod image;
mod native;
mod pip;
mod pixi;
mod poetry;
mod registry;
mod system;
mod uv;

/// Every problem, in the order in which `diagnose --list` shows them.
pub static PROBLEMS: &[&[&KnownFailure]] = &[
    conda::PROBLEMS,
    conda_lock::PROBLEMS,
    pip::PROBLEMS,
    uv::PROBLEMS,
    poetry::PROBLEMS,
    pixi::PROBLEMS,
    native::PROBLEMS,
    system::PROBLEMS,
    image::PROBLEMS,
    registry::PROBLEMS,
    docker::PROBLEMS,
    build::PROBLEMS,
    azure::PROBLEMS,
];

//! The problems that are known, by what they are about.

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

/// Every problem, in the order in which they are listed.
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

//! The front door: which kind of file a path names, and where its requirements are.
//!
//! In: a path. Out: the requirements of a conda file, of an Azure ML environment ([`azure`]) or
//! of a Dockerfile ([`docker`]), with the image that they are for. A kind of file is a
//! [`Host`](presolve_spec::host::Host); this crate alone chooses between them. It must never
//! know a channel, an index or the solver.

pub mod azure;
pub mod docker;

use std::sync::Arc;

use crate::docker::host::DockerHost;
use presolve_spec::{
    EnvironmentFile,
    environment::Reading,
    host::{CondaFile, Host},
};
use presolve_text::{diagnostic::Failure, source::SourceFile};

fn host(source: &SourceFile) -> &'static dyn Host {
    match source.build_context() {
        Some(_) => &DockerHost,
        None => &CondaFile,
    }
}

/// Reads the requirements of a file of any kind.
///
/// # Errors
/// [`Failure::input`] with everything that conda, pip, YAML or Docker would refuse, each
/// with its place.
pub fn read(source: Arc<SourceFile>) -> Result<EnvironmentFile, Failure> {
    read_as_far_as_possible(source).complete()
}

/// Reads what can be read of a file of any kind, and says what cannot.
pub fn read_as_far_as_possible(source: Arc<SourceFile>) -> Reading {
    host(&source).read(&source, &[])
}

//! The one place that knows which kinds of files hold requirements.

#![warn(missing_docs)]

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

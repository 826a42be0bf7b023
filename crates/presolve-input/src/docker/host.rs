//! A Dockerfile as a file that holds requirements.

use std::sync::Arc;

use super::{edit, environment};
use presolve_spec::{EnvironmentFile, change::Change, environment::Reading, host::Host, pin::Pins};
use presolve_text::{diagnostic::Failure, source::SourceFile};

/// The commands of a Dockerfile that name packages.
#[derive(Debug)]
pub struct DockerHost;

impl Host for DockerHost {
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> Reading {
        environment::reading(source, included)
    }

    fn change(&self, before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure> {
        edit::change(before, changes)
    }

    fn pin(&self, before: &EnvironmentFile, pins: &Pins) -> Result<String, Failure> {
        edit::pin(before, pins)
    }

    fn written_conda(&self, environment: &EnvironmentFile, conda: usize) -> usize {
        edit::written_conda(environment, conda)
    }
}

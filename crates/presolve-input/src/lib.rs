//! The entry point for input files: the kind of a file, and the place of its requirements.
//!
//! In: a path. Out: an [`Input`] with its kind: a conda file, the definition of an Azure ML
//! environment or a file that contains some ([`azure`]), a Dockerfile ([`docker`]), a
//! requirements file of pip ([`requirements`]), or an unsupported format. It leads to a
//! [`Spec`]: the file with the requirements, the
//! [`Host`](presolve_spec::host::Host) that reads and changes it, and the image that they are
//! for. Only this crate chooses between hosts. It must not depend on channels, package indexes
//! or the solver.
//!
//! ```text
//! door    the kind of a file, and the file that a folder refers to
//! environments  those that a job, a component or a deployment leads to
//! spec    the requirements of an input, and what is assumed of their image
//! azure   definitions of Azure ML environments
//! mlflow  models and projects of MLflow
//! docker  Dockerfiles and their build contexts
//! requirements  requirements files of pip
//! ```

pub mod azure;
pub mod codes;
pub mod docker;
mod door;
mod environments;
pub mod mlflow;
pub mod requirements;
mod spec;

pub use door::{Input, Kind, build_file_at, file_at, open, stands_for};
pub use environments::{Environments, Place};
pub use spec::Spec;

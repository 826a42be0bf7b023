//! The front door: which kind of file a path names, and where its requirements are.
//!
//! In: a path. Out: an [`Input`], which says what the file is: a conda file, the definition of
//! an Azure ML environment ([`azure`]), a Dockerfile ([`docker`]), or a format that is not
//! read; and its [`Spec`]: the file with the requirements, the
//! [`Host`](presolve_spec::host::Host) that reads and changes it, and the image that they are
//! for. This crate alone chooses between hosts. It must never know a channel, an index or the
//! solver.
//!
//! ```text
//! door    what a file is, and which file a folder stands for
//! spec    the requirements of an input, and what is assumed of their image
//! azure   definitions of Azure ML environments
//! docker  Dockerfiles and their build contexts
//! ```

pub mod azure;
pub mod codes;
pub mod docker;
mod door;
mod spec;

pub use door::{Input, Kind, file_at, open, stands_for};
pub use spec::Spec;

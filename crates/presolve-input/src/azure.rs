//! Azure ML environments: the files that define them, the conda specs inside, and the
//! images that they are built on.
//!
//! ```text
//! definition  what a file defines: `image`, `conda_file`, `build` of the CLI and SDK v2
//! v1          how the SDK and CLI v1 say the same, and where they look for the conda file
//! image       what a base image says of the platform, of glibc and of conda
//! format      the formats around Azure ML that are told apart, and those not read yet
//! asset       where the Dockerfile of a definition is, and of Azure/azureml-assets' folders
//! context     what the service builds the image of an environment from
//! spec        from a definition to the conda spec that it stands for
//! solver      which solver the conda of an image builds with
//! ```

pub mod asset;
pub mod context;
pub mod definition;
mod format;
pub mod solver;
pub mod spec;
pub mod v1;

pub use context::Context;
pub use definition::Definition;

//! Azure ML environments: the files that define them, the conda specs inside, and the
//! images that they are built on.
//!
//! ```text
//! definition  the content of a definition: `image`, `conda_file`, `build` of v2
//! v1          the same for the SDK and CLI v1, and the place of their conda file
//! image       the platform, glibc and conda of a base image
//! format      detection of Azure ML's formats, including those that are not supported
//! asset       the Dockerfile of a definition, and the folders of Azure/azureml-assets
//! base_dockerfile  the Dockerfile of v1 outside of a build context
//! context     the build context from which the service builds the image of an environment
//! spec        the conda spec of a definition
//! solver      the solver that the conda of an image uses
//! ```

pub mod asset;
mod base_dockerfile;
pub mod context;
pub mod definition;
mod format;
pub mod solver;
pub mod spec;
pub mod v1;

pub use base_dockerfile::BaseDockerfile;
pub use context::Context;
pub use definition::Definition;

//! Azure ML environments: the files that define them, the conda specs inside, and the
//! images that they are built on.
//!
//! ```text
//! entity      jobs, components and deployments with environments inside
//! kind        the kinds of these files
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
pub mod entity;
pub(crate) mod format;
pub mod kind;
pub mod solver;
pub mod spec;
pub mod v1;

use std::sync::Arc;

use presolve_spec::{
    route::{Route, route},
    yaml::Tree,
};
use presolve_text::source::SourceFile;

use crate::door::Kind;
use definition::Version;
use format::Format;

pub use base_dockerfile::BaseDockerfile;
pub use context::Context;
pub use definition::Definition;
pub use entity::Entity;

/// Detects what a file of Azure ML contains; `None` for any other file.
pub(crate) fn kind_of(source: &Arc<SourceFile>) -> Option<Kind> {
    let tree = Arc::new(Tree::parse(source).ok()?);
    let definition = |version, base| {
        let definition = Definition::new(Arc::clone(&tree), version, base);
        Kind::Definition(Box::new(definition))
    };
    Some(match Format::of(&tree)? {
        Format::Environment => definition(Version::V2, Route::default()),
        Format::EnvironmentV1 => definition(Version::V1, Route::default()),
        Format::RunConfiguration => definition(Version::V1, route!(v1::ENVIRONMENT)),
        Format::Entity(kind) if kind.holds() => Kind::Entity(Box::new(Entity::new(tree, kind))),
        Format::Entity(kind) => Kind::Without(kind.refuse(&tree)),
        Format::Unsupported(format) => Kind::Refused(format::refuse(source, format)),
    })
}

/// Whether a file is a job, a component or a deployment with an environment or a reference to
/// one.
pub fn is_entity(source: &Arc<SourceFile>) -> bool {
    matches!(kind_of(source), Some(Kind::Entity(entity)) if entity.is_any())
}

/// Whether a discovered file is certainly one of Azure ML with an environment, or leads to one.
pub fn is_certain(source: &Arc<SourceFile>) -> bool {
    match kind_of(source) {
        Some(Kind::Definition(definition)) => definition::is_certain(&definition),
        Some(Kind::Entity(entity)) => entity.is_any(),
        _ => false,
    }
}

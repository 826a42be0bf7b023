//! What the rules look at.

use rattler_conda_types::Subdir;

use super::Finding;
use presolve_config::Settings;
use presolve_input::{
    azure::{Definition, definition::Version},
    docker::Plan,
};
use presolve_spec::{EnvironmentFile, Spanned, route::route, yaml::Tree};
use presolve_target::Image;
use presolve_text::diagnostic::Location;

/// One of the things that a file is. A definition with its conda spec inside is two of them,
/// and what names an image is one more.
pub enum Subject<'s> {
    /// The requirements of a file of any kind.
    Requirements(Requirements<'s>),
    /// The definition of an Azure ML environment.
    Definition(&'s Definition),
    /// A Dockerfile.
    Dockerfile(&'s Plan),
    /// The image that an environment is built on, wherever it is named.
    Image(BaseImage),
}

/// A rule says with these what it looks at; all else has no findings.
impl Subject<'_> {
    /// Looks at the requirements of a file, as far as they could be read.
    pub fn in_requirements(&self, find: fn(&Requirements<'_>) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Requirements(requirements) => find(requirements),
            _ => Vec::new(),
        }
    }

    /// Looks at the definition of an Azure ML environment of either SDK.
    pub fn in_definition(&self, find: fn(&Definition) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Definition(definition) => find(definition),
            _ => Vec::new(),
        }
    }

    /// Looks at the definition of an Azure ML environment of the SDK v1.
    pub fn in_definition_v1(&self, find: fn(&Definition) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Definition(one) if one.version() == Version::V1 => find(one),
            _ => Vec::new(),
        }
    }

    /// Looks at the definition of an Azure ML environment of the SDK v2.
    pub fn in_definition_v2(&self, find: fn(&Definition) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Definition(one) if one.version() == Version::V2 => find(one),
            _ => Vec::new(),
        }
    }

    /// Looks at a Dockerfile.
    pub fn in_dockerfile(&self, find: fn(&Plan) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Dockerfile(plan) => find(plan),
            _ => Vec::new(),
        }
    }

    /// Looks at the image that an environment is built on.
    pub fn on_image(&self, find: fn(&BaseImage) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Image(base) => find(base),
            _ => Vec::new(),
        }
    }
}

/// The image that an environment is built on.
pub struct BaseImage {
    /// The image, and where it is named.
    pub image: Spanned<Image>,
    /// A conda in it solves something.
    pub runs_conda: bool,
    /// The day on which it is checked: ends of life depend on it.
    pub today: jiff::civil::Date,
}

/// The requirements of a file as far as it could be read, and what is asked of it.
pub struct Requirements<'s> {
    /// What it means. Entries that the reader refused are not in it.
    pub environment: &'s EnvironmentFile,
    /// Its YAML, with the places of everything; none if it is no YAML.
    pub tree: Option<&'s Tree>,
    /// The Dockerfile in whose commands the requirements stand. Other commands decide what
    /// is there when these run.
    pub dockerfile: Option<&'s Plan>,
    /// The settings that hold for it.
    pub settings: &'s Settings,
    /// The platforms that it is checked for; empty if none was named.
    pub platforms: &'s [Subdir],
    /// The day on which it is checked: ends of life depend on it.
    pub today: jiff::civil::Date,
}

impl<'s> Requirements<'s> {
    /// The YAML of a file that has the key `dependencies`, and the place of the key.
    pub fn dependencies(&self) -> Option<(&'s Tree, Location)> {
        let tree = self.tree?;
        let key = tree.key_span(&route!("dependencies"))?;
        Some((tree, tree.at(key)))
    }
}

//! The subjects that rules check.

use rattler_conda_types::Subdir;

use super::Finding;
use presolve_config::Settings;
use presolve_input::{
    azure::{Definition, Entity, definition::Version},
    docker::Plan,
    mlflow::Model,
};
use presolve_spec::{EnvironmentFile, Spanned, route::route, yaml::Tree};
use presolve_target::Image;
use presolve_text::diagnostic::Location;

/// One aspect of a file. A definition with a conda spec inside has two, and a file that names
/// an image has one more. A job has those of each environment in it.
pub enum Subject<'s> {
    /// The requirements of a file of any kind.
    Requirements(Requirements<'s>),
    /// The definition of an Azure ML environment.
    Definition(&'s Definition),
    /// A job, a component or a deployment of Azure ML, and its references to environments.
    Entity(&'s Entity),
    /// A model or a project of MLflow.
    Model(&'s Model),
    /// A Dockerfile.
    Dockerfile(&'s Plan),
    /// The base image of an environment, in a file of any kind.
    Image(BaseImage),
}

/// A rule calls one of these to select its subjects. Other subjects have no findings.
impl Subject<'_> {
    /// Checks the requirements of a file, without the entries that the reader refused.
    pub fn in_requirements(&self, find: fn(&Requirements<'_>) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Requirements(requirements) => find(requirements),
            _ => Vec::new(),
        }
    }

    /// Checks the definition of an Azure ML environment, v1 or v2.
    pub fn in_definition(&self, find: fn(&Definition) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Definition(definition) => find(definition),
            _ => Vec::new(),
        }
    }

    /// Checks the definition of an Azure ML environment for the SDK v1.
    pub fn in_definition_v1(&self, find: fn(&Definition) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Definition(one) if one.version() == Version::V1 => find(one),
            _ => Vec::new(),
        }
    }

    /// Checks the definition of an Azure ML environment for the SDK v2.
    pub fn in_definition_v2(&self, find: fn(&Definition) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Definition(one) if one.version() == Version::V2 => find(one),
            _ => Vec::new(),
        }
    }

    /// Checks a job, a component or a deployment of Azure ML.
    pub fn in_entity(&self, find: fn(&Entity) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Entity(entity) => find(entity),
            _ => Vec::new(),
        }
    }

    /// Checks a model or a project of MLflow.
    pub fn in_model(&self, find: fn(&Model) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Model(model) => find(model),
            _ => Vec::new(),
        }
    }

    /// Checks a Dockerfile.
    pub fn in_dockerfile(&self, find: fn(&Plan) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Dockerfile(plan) => find(plan),
            _ => Vec::new(),
        }
    }

    /// Checks the base image of an environment.
    pub fn on_image(&self, find: fn(&BaseImage) -> Vec<Finding>) -> Vec<Finding> {
        match self {
            Subject::Image(base) => find(base),
            _ => Vec::new(),
        }
    }
}

/// The base image of an environment.
pub struct BaseImage {
    /// The image, with the place that names it.
    pub image: Spanned<Image>,
    /// The build solves an environment with the conda in the image.
    pub runs_conda: bool,
    /// The day of the check, for ends of life.
    pub today: jiff::civil::Date,
}

/// The readable requirements of a file, with the options of the check.
pub struct Requirements<'s> {
    /// The requirements, without the entries that the reader refused.
    pub environment: &'s EnvironmentFile,
    /// The YAML with the places of its values; `None` if the file is not YAML.
    pub tree: Option<&'s Tree>,
    /// The Dockerfile, if the requirements are in its commands. Other commands decide what
    /// is installed when these run.
    pub dockerfile: Option<&'s Plan>,
    /// The settings that apply to the file.
    pub settings: &'s Settings,
    /// The platforms of the command line; empty if it names none.
    pub platforms: &'s [Subdir],
    /// They are the requirements of an Azure ML environment, which the service checks before
    /// it registers the environment.
    pub in_definition: bool,
    /// The day of the check, for ends of life.
    pub today: jiff::civil::Date,
}

impl<'s> Requirements<'s> {
    /// Returns the YAML of a file with the key `dependencies`, and the place of that key.
    pub fn dependencies(&self) -> Option<(&'s Tree, Location)> {
        let tree = self.tree?;
        let key = tree.key_span(&route!("dependencies"))?;
        Some((tree, tree.at(key)))
    }
}

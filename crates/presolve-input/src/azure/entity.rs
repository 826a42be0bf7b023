//! Jobs, components, deployments and other files of the CLI and SDK v2 that contain
//! environments or lead to them.
//!
//! The source for the places of environments is azure-ai-ml 1.35, `azure/ai/ml/_schema`:
//! `EnvironmentField` is in jobs, components, deployments, nodes of pipelines and updates of
//! scheduled jobs. A value that begins with `file:` is read from that file (`NestedField`).
//! A component or a scheduled job may be a path with or without `file:` (`FileRefField`).

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use yaml_serde::{Mapping, Value};

use super::{
    Definition,
    definition::{Version, beside, is_asset, is_template},
    kind::Kind,
};
use crate::{codes, mlflow};
use presolve_spec::{Spanned, route::Route, yaml::Tree};
use presolve_text::{
    diagnostic::{Diagnostic, Level, Location},
    source::SourceFile,
};

/// The prefix of a file that the SDK reads in place of a value (azure-ai-ml, `FILE_PREFIX`).
pub const FILE_PREFIX: &str = "file:";

/// The maximum number of bytes to read again for the environments of one file, because each
/// one reads the whole file.
const MAX_READ: usize = 4 * 1024 * 1024;

/// The maximum number of other files and registered names that are followed from one file.
const MAX_REFERENCES: usize = 1000;

/// The maximum number of values to look at in one file. Aliases can repeat them.
const MAX_VALUES: usize = 100_000;

/// A file that may contain environments, or lead to them.
pub struct Entity {
    tree: Arc<Tree>,
    kind: Kind,
    environments: Vec<Definition>,
    files: Vec<Reference>,
    registered: Vec<Spanned<String>>,
    invalid: Vec<Spanned<Invalid>>,
    template: Option<Location>,
    left_out: Option<Location>,
    unread_model: Option<Diagnostic>,
}

/// Another file that an entity names.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The place of the value.
    pub location: Location,
    /// The path from the working directory.
    pub path: PathBuf,
    /// The content that Azure ML expects in the file.
    pub role: Role,
}

/// The content that Azure ML expects in a file that an entity names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The definition of an environment.
    Environment,
    /// A component.
    Component,
    /// A job, which a schedule or a batch deployment runs.
    Job,
    /// A model of MLflow, whose environment a deployment without one uses.
    Model,
}

/// A value of `environment` that Azure ML rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// The path of a file that exists, without `file:`.
    Path,
    /// A name with a version or a label, or a resource ID, without `azureml:`.
    Name,
    /// Another string.
    Text,
    /// A list, a number or a Boolean.
    Value,
}

impl Role {
    /// The name of the content for the user.
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Component => "component",
            Self::Job => "job",
            Self::Model => "model",
        }
    }
}

impl Entity {
    /// Finds the environments of a file, and the files that lead to others.
    pub(crate) fn new(tree: Arc<Tree>, kind: Kind) -> Self {
        let mut finder = Finder {
            seen: HashSet::new(),
            names: HashSet::new(),
            paths: HashSet::new(),
            values: 0,
            most: (MAX_READ / tree.source().text().len().max(1)).max(1),
            entity: Self {
                tree: Arc::clone(&tree),
                kind,
                environments: Vec::new(),
                files: Vec::new(),
                registered: Vec::new(),
                invalid: Vec::new(),
                template: None,
                left_out: None,
                unread_model: None,
            },
        };
        if let Some(root) = tree.root.as_mapping() {
            finder.visit(root, &Route::default());
        }
        finder.entity
    }

    /// The file.
    pub fn source(&self) -> &Arc<SourceFile> {
        self.tree.source()
    }

    /// The YAML of the whole file.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The schema or type of the file.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The definitions in the file. One that an alias repeats is there once.
    pub fn environments(&self) -> &[Definition] {
        &self.environments
    }

    /// The other files that it names, each once.
    pub fn files(&self) -> &[Reference] {
        &self.files
    }

    /// The environments and components of the workspace or of a registry that it names, each
    /// once. Their definitions are not in files.
    pub fn registered(&self) -> &[Spanned<String>] {
        &self.registered
    }

    /// The values of `environment` that Azure ML rejects.
    pub fn invalid(&self) -> &[Spanned<Invalid>] {
        &self.invalid
    }

    /// The first value that is a template.
    pub fn template(&self) -> Option<&Location> {
        self.template.as_ref()
    }

    /// The first environment beyond the limits on the size of one file.
    pub fn left_out(&self) -> Option<&Location> {
        self.left_out.as_ref()
    }

    /// The note on a model outside the fence, which may be one of MLflow with an environment.
    pub fn unread_model(&self) -> Option<Diagnostic> {
        self.unread_model.clone()
    }

    /// The error for the environments beyond the limits.
    pub fn too_many(&self) -> Option<Diagnostic> {
        let at = self.left_out.clone()?;
        let message = "the file has too many environments";
        Some(
            Diagnostic::error("too-many-environments", message)
                .at(at, "not read from here on")
                .note(format!(
                    "presolve follows up to {MAX_REFERENCES} references, and reads a file once for each environment in it, up to {} MiB",
                    MAX_READ >> 20
                ))
                .help("move the environments or the components to files of their own"),
        )
    }

    /// Whether it has an environment, or refers to one.
    pub fn is_any(&self) -> bool {
        !self.environments.is_empty()
            || !self.files.is_empty()
            || !self.registered.is_empty()
            || !self.invalid.is_empty()
    }

    /// Takes the definition at the end of a route.
    pub(crate) fn into_environment(self, base: &Route<'_>) -> Option<Definition> {
        let mut environments = self.environments.into_iter();
        environments.find(|definition| definition.base() == base)
    }
}

struct Finder {
    /// The starts of the definitions, because aliases lead to the same place.
    seen: HashSet<usize>,
    names: HashSet<String>,
    paths: HashSet<PathBuf>,
    values: usize,
    /// The maximum number of definitions.
    most: usize,
    entity: Entity,
}

impl Finder {
    /// Looks at the keys of a job, a component, a deployment or a node of a pipeline. The depth
    /// is limited by the parser.
    fn visit(&mut self, node: &Mapping, at: &Route<'static>) {
        if !node.contains_key("environment")
            && let Some(Value::Mapping(model)) = node.get("model")
            && let Some(Value::String(path)) = model.get("path")
        {
            let at = at.with_key("model").with_key("path");
            self.model(path.trim(), &at);
        }
        for (key, value) in node {
            let Some(key) = key.as_str() else {
                continue;
            };
            self.values += 1;
            if self.values > MAX_VALUES {
                self.leave_out(at);
                return;
            }
            let below = || at.with_key(key.to_owned());
            match (key, value) {
                ("environment", _) if !self.entity.kind.is_flow() => {
                    self.environment(value, &below());
                }
                ("component" | "trial", Value::String(text)) => {
                    self.reference(text, &below(), Role::Component);
                }
                ("create_job" | "job" | "job_definition", Value::String(text)) => {
                    self.reference(text, &below(), Role::Job);
                }
                (
                    "component" | "trial" | "task" | "create_job" | "job" | "job_definition" | "<<",
                    Value::Mapping(inner),
                ) => self.visit(inner, &below()),
                // The override of a prompt flow that runs as a component.
                ("azureml", Value::Mapping(inner)) if self.entity.kind.is_flow() => {
                    if let Some(value) = inner.get("environment") {
                        self.environment(value, &below().with_key("environment"));
                    }
                }
                ("jobs", Value::Mapping(jobs)) => self.jobs(jobs, &below()),
                ("<<", Value::Sequence(merged)) => {
                    for (index, inner) in merged.iter().enumerate() {
                        if let Value::Mapping(inner) = inner {
                            self.visit(inner, &below().with_key(index));
                        }
                    }
                }
                // The base of a model package.
                ("base_environment_source", Value::Mapping(source)) => {
                    if let Some(Value::String(text)) = source.get("resource_id") {
                        self.register(text, &below().with_key("resource_id"));
                    }
                }
                _ => {}
            }
        }
    }

    /// Looks at the nodes of a pipeline.
    fn jobs(&mut self, jobs: &Mapping, at: &Route<'static>) {
        for (name, job) in jobs {
            self.values += 1;
            let (Some(name), Value::Mapping(job)) = (name.as_str(), job) else {
                continue;
            };
            let below = at.with_key(name.to_owned());
            match name {
                "<<" => self.jobs(job, &below),
                _ => self.visit(job, &below),
            }
        }
    }

    fn environment(&mut self, value: &Value, at: &Route<'static>) {
        match value {
            Value::Null => {}
            Value::String(text) => self.named_environment(text.trim(), at),
            // A template without quotes is a mapping to YAML.
            Value::Mapping(_) if self.location(at).text().starts_with("{{") => {
                self.template(at);
            }
            Value::Mapping(_) => self.definition(at),
            _ => self.invalid(Invalid::Value, at),
        }
    }

    fn definition(&mut self, at: &Route<'static>) {
        if !self.seen.insert(self.location(at).span.start) {
            return;
        }
        if self.entity.environments.len() >= self.most {
            self.leave_out(at);
            return;
        }
        let tree = Arc::clone(&self.entity.tree);
        let definition = Definition::new(tree, Version::V2, at.clone()).anonymous();
        self.entity.environments.push(definition);
    }

    fn named_environment(&mut self, text: &str, at: &Route<'static>) {
        if is_template(text) {
            self.template(at);
        } else if let Some(path) = text.strip_prefix(FILE_PREFIX) {
            self.file(path, at, Role::Environment);
        } else if is_asset(text) {
            self.register(text, at);
        } else {
            let path = beside(self.entity.source(), text);
            let is_file = !text.is_empty() && self.entity.source().fence().has_file(&path);
            let is_name = text.contains("/environments/")
                || text.split_once([':', '@']).is_some_and(|(name, version)| {
                    let is_plain = |text: &str| {
                        let mut letters = text.chars();
                        letters.all(|letter| letter.is_alphanumeric() || "-_.".contains(letter))
                    };
                    !name.is_empty() && is_plain(name) && is_plain(version)
                });
            let invalid = match (is_file, is_name) {
                (true, _) => Invalid::Path,
                (false, true) => Invalid::Name,
                (false, false) => Invalid::Text,
            };
            self.invalid(invalid, at);
            if is_file {
                self.file(text, at, Role::Environment);
            }
        }
    }

    fn reference(&mut self, text: &str, at: &Route<'static>, role: Role) {
        let text = text.trim();
        if is_template(text) {
            self.template(at);
        } else if is_asset(text) {
            // A job of the workspace has no environment that a file could change.
            if role == Role::Component {
                self.register(text, at);
            }
        } else {
            let path = text.strip_prefix(FILE_PREFIX).unwrap_or(text);
            self.file(path, at, role);
        }
    }

    fn file(&mut self, path: &str, at: &Route<'static>, role: Role) {
        let path = beside(self.entity.source(), path);
        if !self.paths.contains(&path) && self.is_full(at) {
            return;
        }
        if self.paths.insert(path.clone()) {
            let location = self.location(at);
            self.entity.files.push(Reference {
                location,
                path,
                role,
            });
        }
    }

    /// A deployment of an MLflow model needs no environment
    /// (<https://learn.microsoft.com/azure/machine-learning/how-to-deploy-mlflow-models>).
    fn model(&mut self, path: &str, at: &Route<'static>) {
        let source = self.entity.source();
        let file = Path::new(path).join(mlflow::MODEL);
        let file = file.to_string_lossy();
        if is_asset(path) || is_template(path) || path.contains("://") {
            return;
        }
        if source.refusal(&beside(source, path)).is_some() {
            let message =
                "the model is outside of the repository, so its environment is not checked";
            let note = Diagnostic::new(Level::Note, "unread-model", message)
                .at(self.location(at), "not read")
                .help("run with `--allow-outside` if you trust this file");
            self.entity.unread_model.get_or_insert(note);
        } else if source.fence().has_file(&beside(source, &file)) {
            self.file(&file, at, Role::Model);
        }
    }

    /// Whether the file has as many references as are followed.
    fn is_full(&mut self, at: &Route<'static>) -> bool {
        let count = self.paths.len() + self.names.len() + self.entity.invalid.len();
        let is_full = count >= MAX_REFERENCES;
        if is_full {
            self.leave_out(at);
        }
        is_full
    }

    fn register(&mut self, text: &str, at: &Route<'static>) {
        if !self.names.contains(text) && self.is_full(at) {
            return;
        }
        if self.names.insert(text.to_owned()) {
            let location = self.location(at);
            self.entity.registered.push(Spanned {
                value: text.to_owned(),
                location,
            });
        }
    }

    fn invalid(&mut self, value: Invalid, at: &Route<'static>) {
        let location = self.location(at);
        if !self.is_full(at) && self.seen.insert(location.span.start) {
            self.entity.invalid.push(Spanned { value, location });
        }
    }

    fn template(&mut self, at: &Route<'static>) {
        let location = self.location(at);
        self.entity.template.get_or_insert(location);
    }

    fn leave_out(&mut self, at: &Route<'static>) {
        let key = self.entity.tree.key_span(at);
        let location = self.entity.tree.at(key.unwrap_or(0..0));
        self.entity.left_out.get_or_insert(location);
    }

    fn location(&self, at: &Route<'static>) -> Location {
        self.entity.tree.location(at)
    }
}

/// The error for a value of `environment` that Azure ML rejects.
pub fn refusal(invalid: &Spanned<Invalid>) -> Diagnostic {
    let at = invalid.location.clone();
    let name = codes::INVALID_ENVIRONMENT_REFERENCE;
    let error = |message: &str, label: &str| Diagnostic::error(name, message).at(at, label);
    match invalid.value {
        Invalid::Path => error(
            "the path of an environment needs the prefix `file:`",
            "without it, Azure ML looks for a registered environment",
        )
        .help("write `file:` before the path"),
        Invalid::Name => error(
            "the name of a registered environment needs the prefix `azureml:`",
            "Azure ML rejects it",
        )
        .help("write `azureml:` before it"),
        Invalid::Text => error(
            "this is neither an environment nor a reference to one",
            "Azure ML rejects it",
        )
        .help("write `azureml:NAME:VERSION`, `file:PATH`, or the keys of an environment below it"),
        Invalid::Value => error(
            "this is neither an environment nor a reference to one",
            "Azure ML expects a string or a mapping",
        )
        .help("write `azureml:NAME:VERSION`, `file:PATH`, or the keys of an environment below it"),
    }
}

/// The error for a file of which only one environment can be used.
pub(crate) fn several(entity: &Entity) -> Diagnostic {
    let count = entity.environments.len();
    let message = match count {
        0 => "the environments of this job are in other files".to_owned(),
        1 => "the environment of this job is a part of its file".to_owned(),
        count => format!("this job has {count} environments in its file"),
    };
    let error = Diagnostic::error("several-environments", message)
        .note("this command reads the file of an environment")
        .help("name the conda file, or the file that defines the environment");
    let places = entity.environments.iter().map(Definition::start);
    places.fold(error, |error, at| error.at(at, ""))
}

impl Reference {
    /// Whether the file certainly has another content than Azure ML expects: it is a conda
    /// file. It is not parsed, because many files may name it.
    pub fn is_conda_file(&self) -> bool {
        let source = self.location.file.read_named(&self.path).ok();
        source.is_some_and(|source| {
            let mut lines = source.text().lines();
            lines.any(|line| line.starts_with("dependencies:") || line.starts_with("channels:"))
        })
    }
}

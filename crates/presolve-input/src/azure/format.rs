//! Detects which of Azure ML's formats a file has, by its keys and its name.

use std::sync::Arc;

use yaml_serde::{Mapping, Value};

use super::{kind::Kind, v1};
use presolve_spec::yaml::Tree;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    source::SourceFile,
};

/// A format of Azure ML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// An environment of the CLI and SDK v2
    /// (<https://learn.microsoft.com/azure/machine-learning/reference-yaml-environment>).
    Environment,
    /// An environment of the SDK v1: `Environment.save_to_directory`, and
    /// `az ml environment download` (azureml-core 1.61).
    EnvironmentV1,
    /// A run configuration of the SDK v1 with an environment inside, as
    /// `RunConfiguration.save` writes it.
    RunConfiguration,
    /// A job, a component, a deployment or another file of the CLI and SDK v2.
    Entity(Kind),
    /// A known format that presolve does not support.
    Unsupported(Unsupported),
}

/// An unsupported format with an environment inside or next to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported {
    /// The name of the format for the user.
    name: &'static str,
    /// The keys that identify the format.
    keys: &'static [&'static str],
    /// Help that names the file to give instead.
    help: &'static str,
}

/// The file that an MLflow model keeps for virtualenv. Its `dependencies` are a list for
/// pip (mlflow/utils/environment.py, `_PythonEnv`).
const MLFLOW: Unsupported = Unsupported {
    name: "the pip-only `python_env.yaml` of an MLflow model",
    keys: &["python", "build_dependencies"],
    help: "give the `conda.yaml` of the model, which is next to it",
};

const INSTEAD: &str =
    "give the conda file of the environment, or the file that defines the environment";

// Azure/azureml-assets: scripts/azureml-assets, `AssetConfig`.
const ASSET: Unsupported = Unsupported {
    name: "an asset of an Azure ML registry",
    keys: &["type", "spec"],
    help: INSTEAD,
};

/// The host of schemas for components of the SDK v1.5, whose environments have other keys
/// (azure-ai-ml 1.35, `AZUREML_INTERNAL_COMPONENTS_SCHEMA_PREFIX`).
const INTERNAL_SCHEMAS: &str = "https://componentsdk.azureedge.net/";

const INTERNAL: Unsupported = Unsupported {
    name: "a component of the Azure ML SDK v1.5",
    keys: &["$schema"],
    help: INSTEAD,
};

impl Format {
    /// Detects the format of a file; `None` if it is not from Azure ML.
    pub(crate) fn of(tree: &Tree) -> Option<Self> {
        let root = tree.root.as_mapping()?;
        let has = |key: &str| root.contains_key(key);
        let fits = |format: &&Unsupported| format.keys.iter().all(|key| has(key));
        // MLflow needs none of the keys of this file, so the name counts if one is missing.
        let is_named = tree.source().path().file_stem() == Some("python_env".as_ref());
        let is_pip_only = has("python") && !has("channels");
        if fits(&&MLFLOW) || (is_named && is_pip_only) {
            return Some(Self::Unsupported(MLFLOW));
        }
        // conda reads files with these keys, whatever other keys there are.
        if has("dependencies") || has("channels") {
            return None;
        }
        let path = tree.source().path();
        if v1::is_environment(root) || path.ends_with(v1::FILE_NAME) {
            return Some(Self::EnvironmentV1);
        }
        if v1::is_run_configuration(root) || path.extension().is_some_and(|end| end == "runconfig")
        {
            return Some(Self::RunConfiguration);
        }
        if fits(&&ASSET) {
            return Some(Self::Unsupported(ASSET));
        }
        let schema = root
            .get("$schema")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if schema.starts_with(INTERNAL_SCHEMAS) {
            return Some(Self::Unsupported(INTERNAL));
        }
        if let Some(kind) = Kind::of(root) {
            return Some(Self::Entity(kind));
        }
        let defines = ["image", "build", "conda_file"].iter().any(|key| has(key));
        (defines || is_preview(root) || names_schema(root)).then_some(Self::Environment)
    }
}

/// Whether `$schema` is the schema of environments.
fn names_schema(root: &Mapping) -> bool {
    let schema = root.get("$schema").and_then(Value::as_str);
    schema.is_some_and(|schema| schema.to_lowercase().contains("/environment.schema.json"))
}

/// Whether the keys are those of the CLI's 2021 preview: `docker: {image: …}`.
fn is_preview(root: &Mapping) -> bool {
    let docker = root.get("docker");
    docker.is_some_and(|docker| docker.get("image").is_some() || docker.get("build").is_some())
}

/// The failure for an unsupported format.
pub(crate) fn refuse(source: &Arc<SourceFile>, format: Unsupported) -> Failure {
    let first = source.text().lines().next().map_or(0, str::len);
    let location = Location {
        file: Arc::clone(source),
        span: 0..first,
    };
    let message = format!("this is {}, which presolve does not read", format.name);
    Failure::input(
        Diagnostic::error("unsupported-format", message)
            .at(location, "")
            .help(format.help),
    )
}

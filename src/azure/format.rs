//! Which of Azure ML's formats a file has, told by its keys.

use std::sync::Arc;

use yaml_serde::{Mapping, Value};

use crate::{
    diagnostic::{Diagnostic, Failure, Location},
    spec::source::SourceFile,
};

/// A format of Azure ML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// An environment of the CLI and SDK v2
    /// (<https://learn.microsoft.com/azure/machine-learning/reference-yaml-environment>).
    Environment,
    /// A format with an environment inside that is not read; its name for the user.
    Unsupported(&'static str),
}

/// The formats that are not read, each with the keys that make it up.
const UNSUPPORTED: [(&str, &[&str]); 4] = [
    // Environment.save_to_directory of the SDK v1, and `az ml environment download`.
    (
        "an Azure ML environment of the SDK v1",
        &["python", "docker"],
    ),
    // `az ml folder attach` and ScriptRunConfig of the SDK v1.
    (
        "a run configuration of the Azure ML SDK v1",
        &["environment", "framework"],
    ),
    // Azure/azureml-assets: scripts/azureml-assets, `AssetConfig`.
    ("an asset of an Azure ML registry", &["type", "spec"]),
    ("an Azure ML job or deployment", &["$schema", "environment"]),
];

impl Format {
    /// The format of a file with these keys; none if it is none of Azure ML's.
    pub(super) fn of(root: &Mapping) -> Option<Self> {
        let has = |key: &str| root.contains_key(key);
        // conda reads these, whatever else is there.
        if has("dependencies") || has("channels") {
            return None;
        }
        let unsupported = UNSUPPORTED
            .iter()
            .find(|(_, keys)| keys.iter().all(|key| has(key)));
        if let Some((name, _)) = unsupported {
            return Some(Self::Unsupported(name));
        }
        let defines = ["image", "build", "conda_file"].iter().any(|key| has(key));
        (defines || is_preview(root) || names_schema(root)).then_some(Self::Environment)
    }
}

/// Whether `$schema` is the one of environments.
fn names_schema(root: &Mapping) -> bool {
    let schema = root.get("$schema").and_then(Value::as_str);
    schema.is_some_and(|schema| schema.to_lowercase().contains("/environment.schema.json"))
}

/// Whether the keys are those of the CLI's preview of 2021: `docker: {image: …}`.
fn is_preview(root: &Mapping) -> bool {
    let docker = root.get("docker");
    docker.is_some_and(|docker| docker.get("image").is_some() || docker.get("build").is_some())
}

/// The refusal of a format that is not read.
pub(super) fn refuse(source: &Arc<SourceFile>, format: &str) -> Failure {
    let first = source.text().lines().next().map_or(0, str::len);
    let location = Location {
        file: Arc::clone(source),
        span: 0..first,
    };
    Failure::input(
        Diagnostic::error(
            "unsupported-format",
            format!("this is {format}, which presolve does not read"),
        )
        .at(location, "")
        .help("give the conda file of the environment, or its YAML of the CLI v2 with `image` and `conda_file`"),
    )
}

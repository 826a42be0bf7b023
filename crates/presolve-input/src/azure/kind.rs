//! The kinds of files of the CLI and SDK v2, by their schema, type or keys.

use std::sync::Arc;

use yaml_serde::{Mapping, Value};

use presolve_spec::{
    route::{Route, route},
    yaml::Tree,
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets::redact,
    source::SourceFile,
};

/// The kind of a file of Azure ML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name of the schema without its extension, or the type.
    name: String,
    /// The key that says so.
    key: &'static str,
    /// Whether such a file may contain an environment or lead to one.
    holds: bool,
}

/// The schemas of files that may contain an environment or lead to one, in lower case
/// (<https://learn.microsoft.com/azure/machine-learning/reference-yaml-overview>, and the
/// classes of azure-ai-ml 1.35 with an `EnvironmentField` or a `FileRefField`).
const HOLDERS: [&str; 22] = [
    "commandjob",
    "sweepjob",
    "pipelinejob",
    "sparkjob",
    "paralleljob",
    "commandcomponent",
    "sparkcomponent",
    "parallelcomponent",
    "pipelinecomponent",
    "onlinedeployment",
    "managedonlinedeployment",
    "kubernetesonlinedeployment",
    "batchdeployment",
    "modelbatchdeployment",
    "pipelinecomponentbatchdeployment",
    "deploymenttemplate",
    "modelpackage",
    "modelversionpackage",
    "schedule",
    "jobschedule",
    FLOW,
    RUN,
];

/// The schemas of prompt flows, whose `environment` is not one of Azure ML.
const FLOW: &str = "flow";
const RUN: &str = "run";

/// Values of `type` for files without an environment, with a key that every such file has
/// (azure-ai-ml 1.35: `JobType`, `NodeType`, `AssetTypes`, `ComputeType`, `DatastoreType`,
/// `ConnectionCategory`).
const WITHOUT: [(&str, &[&str]); 6] = [
    (
        "task",
        &["automl", "data_transfer", "finetuning", "distillation"],
    ),
    ("source", &["import"]),
    (
        "path",
        &[
            "uri_file",
            "uri_folder",
            "mltable",
            "custom_model",
            "mlflow_model",
            "triton_model",
        ],
    ),
    (
        "name",
        &[
            "amlcompute",
            "computeinstance",
            "virtualmachine",
            "synapsespark",
            "kubernetes",
        ],
    ),
    (
        "account_name",
        &["azure_blob", "azure_file", "azure_data_lake_gen2"],
    ),
    (
        "target",
        &[
            "git",
            "python_feed",
            "container_registry",
            "feature_store",
            "s3",
            "snowflake",
            "azure_sql_db",
            "azure_synapse_analytics",
            "azure_open_ai",
            "api_key",
            "custom",
            "serp",
            "cognitive_search",
        ],
    ),
];

impl Kind {
    /// Detects the kind of a file; `None` if it is not a job, component, deployment or other
    /// file of the CLI and SDK v2. Environments have a format of their own.
    pub(super) fn of(root: &Mapping) -> Option<Self> {
        let by_schema = Self::of_schema(root);
        by_schema.or_else(|| Self::of_keys(root))
    }

    fn of_schema(root: &Mapping) -> Option<Self> {
        let schema = text(root, "$schema")?;
        let file = schema.rsplit('/').next().unwrap_or(schema);
        let stem = file.strip_suffix(".json")?;
        let stem = stem.strip_suffix(".schema").unwrap_or(stem);
        let lower = stem.to_lowercase();
        let is_holder = HOLDERS.contains(&&*lower);
        let is_azure = schema.to_lowercase().contains("azureml");
        let is_flow = lower == FLOW || lower == RUN;
        // Microsoft's hosts have all schemas; a copy elsewhere keeps the name of the file.
        let is_known = if is_flow {
            is_azure
        } else {
            is_azure || is_holder
        };
        let defines = ["image", "build", "conda_file"];
        let defines = defines.iter().any(|key| root.contains_key(*key));
        if !is_known || lower == "environment" || (defines && !is_holder) {
            return None;
        }
        Some(Self {
            name: stem.to_owned(),
            key: "$schema",
            holds: is_holder,
        })
    }

    /// The SDK ignores `$schema`, and many files have none.
    fn of_keys(root: &Mapping) -> Option<Self> {
        let has = |key: &str| root.contains_key(key);
        let kind = |name: &str, key, holds| {
            let name = name.to_owned();
            Some(Self { name, key, holds })
        };
        if let Some(name) = text(root, "type") {
            let is_node = match name {
                "pipeline" => root.get("jobs").is_some_and(Value::is_mapping) || has("component"),
                "command" => has("command") || has("environment"),
                "sweep" => has("trial"),
                "spark" => has("entry") || has("environment"),
                "parallel" => has("task"),
                _ => false,
            };
            if is_node {
                return kind(name, "type", true);
            }
            let mut without = WITHOUT.iter();
            if without.any(|(key, names)| names.contains(&name) && has(key)) {
                return kind(name, "type", false);
            }
        }
        let environment = root.get("environment").is_some_and(is_environment);
        if has("endpoint_name") && (environment || has("model")) {
            return kind("deployment", "endpoint_name", true);
        }
        if has("command") && environment {
            return kind("command", "command", true);
        }
        if has("trial") && has("search_space") {
            return kind("sweep", "trial", true);
        }
        if has("create_job") && has("trigger") {
            return kind("schedule", "create_job", true);
        }
        if has("base_environment_source") && has("target_environment") {
            return kind("package", "base_environment_source", true);
        }
        None
    }

    /// Whether such a file may contain an environment or lead to one.
    pub(crate) fn holds(&self) -> bool {
        self.holds
    }

    /// Whether it is a prompt flow.
    pub(super) fn is_flow(&self) -> bool {
        let is = |name: &str| self.name.eq_ignore_ascii_case(name);
        self.key == "$schema" && (is(FLOW) || is(RUN))
    }

    /// Returns the failure for a file without an environment that a user names.
    pub(crate) fn refuse(&self, tree: &Tree) -> Failure {
        Failure::input(self.without(tree))
    }

    /// The error for a file without an environment.
    pub fn without(&self, tree: &Tree) -> Diagnostic {
        let place: Route<'static> = route!(self.key);
        let name = redact(&self.name);
        let message = format!("this file of Azure ML has no environment: `{name}`");
        Diagnostic::error("no-environment", message)
            .at(tree.location(&place), "")
            .help("give a file with an environment: a job, a component, a deployment, an environment or a conda file")
    }
}

/// Whether a value can be an environment of v2: a reference, or a mapping with one of its keys.
fn is_environment(value: &Value) -> bool {
    let keys = ["image", "build", "conda_file"];
    match value {
        Value::String(text) => text.starts_with("azureml:") || text.starts_with("file:"),
        Value::Mapping(inner) => keys.iter().any(|key| inner.contains_key(*key)),
        _ => false,
    }
}

fn text<'m>(root: &'m Mapping, key: &str) -> Option<&'m str> {
    root.get(key)?.as_str()
}

/// Whether the text of a file may be one of these, so that it is worth parsing.
pub fn may_be_one(source: &Arc<SourceFile>) -> bool {
    const KEYS: [&str; 6] = [
        "$schema",
        "environment",
        "endpoint_name",
        "trial",
        "create_job",
        "base_environment_source",
    ];
    const TYPES: [&str; 5] = ["pipeline", "command", "sweep", "spark", "parallel"];
    let mut lines = source.text().lines();
    lines.any(|line| {
        let Some((key, value)) = line.split_once(':') else {
            return false;
        };
        let key = key.trim_end().trim_matches(['"', '\'']);
        KEYS.contains(&key) || (key == "type" && TYPES.iter().any(|name| value.contains(name)))
    })
}

//! Environments as the SDK and CLI v1 define them: `azureml_environment.json`, and the same
//! object below `environment` in a run configuration.
//!
//! The source for the SDK's behaviour is azureml-core 1.61: `azureml/core/environment.py`
//! and `azureml/core/runconfig.py`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use yaml_serde::{Mapping, Value};

use super::{
    Definition,
    definition::{CondaFile, Version, is_remote},
};
use presolve_text::{diagnostic::Location, source::SourceFile};

/// The name of the definition in the folder of an environment, from the SDK and the CLI.
pub const FILE_NAME: &str = "azureml_environment.json";
/// The name of the conda file next to the definition.
pub const CONDA_FILE: &str = "conda_dependencies.yml";
/// The name of the Dockerfile next to the definition.
pub(super) const DOCKERFILE: &str = "BaseDockerfile";
/// The folders of a project that contain run configurations.
const CONFIGURATIONS: [&str; 2] = [".azureml", "aml_config"];

/// The key of a run configuration's environment.
pub(super) const ENVIRONMENT: &str = "environment";
/// The keys from the environment to its conda spec.
const SPEC: &[&str] = &["python", "condaDependencies"];

/// Keys of `PythonSection` and `DockerSection` that do not occur in other formats.
const PYTHON: [&str; 5] = [
    "userManagedDependencies",
    "condaDependencies",
    "condaDependenciesFile",
    "baseCondaEnvironment",
    "interpreterPath",
];
const DOCKER: [&str; 4] = [
    "baseImage",
    "baseDockerfile",
    "buildContext",
    "baseImageRegistry",
];

/// The keys of an environment (`Environment` of azureml-core), and those from the service.
const KEYS: [&str; 10] = [
    "name",
    "version",
    "assetId",
    "environmentVariables",
    "python",
    "docker",
    "spark",
    "databricks",
    "r",
    "inferencingStackVersion",
];

/// The alternatives for the base of the image. A definition may have only one of them.
pub const DOCKER_OPTIONS: [&[&str]; 3] = [
    &["docker", "baseImage"],
    &["docker", "baseDockerfile"],
    &["docker", "buildContext"],
];

/// The variable and value that the SDK writes into every environment.
const EXAMPLE_VARIABLE: (&str, &str) = ("EXAMPLE_ENV_VAR", "EXAMPLE_VALUE");

/// Whether a mapping has the keys of an environment.
pub(super) fn is_environment(root: &Mapping) -> bool {
    let section = |key: &str, known: &[&str]| {
        let section = root.get(key).and_then(Value::as_mapping);
        section.is_some_and(|section| known.iter().any(|key| section.contains_key(key)))
    };
    // Sections may be empty, but then both are necessary, and a name.
    let is_section = |key: &str| root.get(key).is_some_and(|value| value.is_mapping());
    let has_sections = is_section("python") && is_section("docker") && root.contains_key("name");
    has_sections || section("python", &PYTHON) || section("docker", &DOCKER)
}

/// Whether the file can only be an environment of v1, so that a discovered file counts as
/// one. Other tools' files also have a section for Docker.
pub(super) fn is_certain(definition: &Definition) -> bool {
    let has = |key: &&str| definition.get(&["python", key]).is_some();
    definition.is_run_configuration()
        || definition.source().path().ends_with(FILE_NAME)
        || PYTHON.iter().any(has)
        || definition.root_keys().all(|key| KEYS.contains(&key))
}

/// Whether a mapping has the keys of a run configuration.
pub(super) fn is_run_configuration(root: &Mapping) -> bool {
    let environment = root.get("environment");
    let has_environment = environment
        .and_then(Value::as_mapping)
        .is_some_and(is_environment);
    has_environment || (environment.is_some() && root.contains_key("framework"))
}

/// Whether the user provides the Python, so that the service installs nothing into it.
pub(super) fn is_user_managed(definition: &Definition) -> bool {
    let value = definition.get(&["python", "userManagedDependencies"]);
    value.and_then(Value::as_bool) == Some(true)
}

/// The place of the conda spec. A file takes precedence over the definition, as in the SDK:
/// next to the definition in the folder of an environment
/// (`Environment.load_from_directory`), named in a run configuration
/// (`RunConfiguration.load`).
pub(super) fn conda_file(definition: &Definition) -> CondaFile {
    if is_user_managed(definition) {
        return CondaFile::None;
    }
    let (is_run, beside) = (
        definition.is_run_configuration(),
        definition.beside(CONDA_FILE),
    );
    let key = definition.key(&["python"]);
    let in_beside = |path| CondaFile::Beside(key.unwrap_or_else(|| definition.start()), path);
    if definition.source().path().ends_with(FILE_NAME) && definition.has_file(&beside) {
        return in_beside(beside);
    }
    let named = definition.text(&["python", "condaDependenciesFile"]);
    match (named, inline(definition)) {
        (Some(named), inline) if is_run || inline.is_none() => {
            if is_remote(&named.value) {
                return CondaFile::Remote(named.location);
            }
            CondaFile::Beside(named.location, named_file(definition, &named.value))
        }
        (_, Some(inline)) => inline,
        // The Dockerfile of a build context installs everything.
        _ if is_run || definition.given(DOCKER_OPTIONS[2]).is_some() => CondaFile::None,
        _ if definition.get(&["python"]).is_none() => CondaFile::None,
        _ => in_beside(beside),
    }
}

fn inline(definition: &Definition) -> Option<CondaFile> {
    match definition.get(SPEC)? {
        Value::Null => None,
        Value::Mapping(_) => Some(CondaFile::Inline(definition.in_file(SPEC))),
        _ => definition.key(SPEC).map(CondaFile::Malformed),
    }
}

/// The file that `condaDependenciesFile` names. It is relative to the project of a run
/// configuration, the folder around `.azureml`, or to the configuration's own folder if it
/// is loaded by its path. The file that exists is used.
fn named_file(definition: &Definition, name: &str) -> PathBuf {
    let beside = definition.beside(name);
    let folder = definition.source().path().parent().unwrap_or(Path::new(""));
    let absolute = std::path::absolute(Path::new(".").join(folder)).unwrap_or_default();
    if !CONFIGURATIONS.iter().any(|known| absolute.ends_with(known)) {
        return beside;
    }
    let in_project = match folder.parent() {
        Some(project) => project.join(name),
        None => Path::new("..").join(name),
    };
    if !definition.has_file(&in_project) && definition.has_file(&beside) {
        beside
    } else {
        in_project
    }
}

/// Whether a key has a value. The SDK writes `null` for missing ones.
pub fn is_given(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Sequence(items) => !items.is_empty(),
        Value::Mapping(entries) => entries.values().any(is_given),
        _ => true,
    }
}

/// The keys of the variables that the environment sets, without the SDK's example.
pub fn variables(definition: &Definition) -> Vec<Location> {
    let key = "environmentVariables";
    let variables = definition.get(&[key]).and_then(Value::as_mapping);
    let variables = variables.into_iter().flatten().filter_map(|(name, value)| {
        let name = name.as_str()?;
        ((name, value.as_str()) != (EXAMPLE_VARIABLE.0, Some(EXAMPLE_VARIABLE.1))).then_some(name)
    });
    variables
        .filter_map(|name| definition.key(&[key, name]))
        .collect()
}

/// The path at which the SDK expects the base Dockerfile of a definition without an image.
pub fn beside_dockerfile(definition: &Definition) -> Option<PathBuf> {
    let is_v1 = definition.version() == Version::V1 && !definition.is_run_configuration();
    is_v1.then(|| definition.beside(DOCKERFILE))
}

/// Whether the Dockerfile is next to the definition, where the SDK expects it.
pub fn has_dockerfile_beside(definition: &Definition) -> bool {
    beside_dockerfile(definition).is_some_and(|path| definition.has_file(&path))
}

/// The Dockerfile next to the definition, if it is there and can be read.
pub(super) fn dockerfile_beside(definition: &Definition) -> Option<Arc<SourceFile>> {
    let has_one = has_dockerfile_beside(definition);
    let read = || {
        definition
            .source()
            .read_named(definition.beside(DOCKERFILE))
    };
    has_one.then(read)?.ok()
}

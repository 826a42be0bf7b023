//! An Azure ML environment as defined in a file for the CLI or SDK, v1 or v2.

use std::{
    path::{Component as Part, Path, PathBuf},
    sync::Arc,
};

use yaml_serde::Value;

use super::{BaseDockerfile, v1};
use presolve_spec::{
    Spanned,
    route::Route,
    yaml::{Tree, route},
};
use presolve_target::{Image, ImageTarget};
use presolve_text::{diagnostic::Location, source::SourceFile};

/// The v2 key of the conda spec: a path, or the spec itself.
pub const CONDA_FILE: &str = "conda_file";

/// The keys of a definition: those of the reference
/// (<https://learn.microsoft.com/azure/machine-learning/reference-yaml-environment>), and
/// others that azure-ai-ml 1.35 accepts (`EnvironmentSchema`).
pub const KEYS: [&str; 17] = [
    "$schema",
    "name",
    "version",
    "description",
    "tags",
    "image",
    CONDA_FILE,
    "build",
    "os_type",
    "inference_config",
    "properties",
    "datastore",
    "auto_delete_setting",
    "id",
    "creation_context",
    "latest_version",
    "intellectual_property",
];

/// The key whose value is merged into a mapping.
const MERGE: &str = "<<";

/// The maximum depth of merges, and the maximum number of mappings in one of them. Aliases can
/// repeat them.
const MERGES: usize = 3;
const MERGED: usize = 16;

/// The definition of an environment: a file, or a part of one.
pub struct Definition {
    tree: Arc<Tree>,
    version: Version,
    /// The route from the root of the file to the environment; empty at the root.
    base: Route<'static>,
    /// It is part of a job, a component or a deployment, or of no other use, so that Azure ML
    /// registers it without its name.
    is_anonymous: bool,
}

/// The version of the SDK and CLI that an environment is defined for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Has `docker.baseImage`, `python.condaDependencies`.
    V1,
    /// Has `image`, `conda_file`.
    V2,
}

/// The place of a definition's conda spec.
pub enum CondaFile {
    /// No conda spec: the image is used unchanged, or a Dockerfile makes it.
    None,
    /// Inside the file of the definition, at the end of this route.
    Inline(Route<'static>),
    /// In another file: the place that names it, and its path from the working directory.
    Beside(Location, PathBuf),
    /// A URL. The SDK and the service only read files.
    Remote(Location),
    /// A value that is neither a path nor a conda spec.
    Malformed(Location),
}

impl Definition {
    /// The definition at the end of a route.
    pub(super) fn new(tree: Arc<Tree>, version: Version, base: Route<'static>) -> Self {
        Self {
            tree,
            version,
            base,
            is_anonymous: false,
        }
    }

    /// The same definition, without a name of its own.
    pub(crate) fn anonymous(self) -> Self {
        Self {
            is_anonymous: true,
            ..self
        }
    }

    /// Whether Azure ML ignores its name: a job, a component or a deployment contains or names
    /// it (azure-ai-ml, `AnonymousEnvironmentSchema`).
    pub fn is_anonymous(&self) -> bool {
        self.is_anonymous
    }

    /// The route from the root of the file to the environment; empty at the root.
    pub fn base(&self) -> &Route<'static> {
        &self.base
    }

    /// Returns the version of the SDK and CLI that the definition is for.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether it only refers to a registered environment, as a run configuration may
    /// (`EnvironmentReference` of the SDK v1).
    pub fn is_reference(&self) -> bool {
        let mut keys = self.root_keys();
        self.is_run_configuration() && keys.all(|key| key == "name" || key == "version")
    }

    /// Whether it is a part of a run configuration.
    pub fn is_run_configuration(&self) -> bool {
        self.version == Version::V1 && !self.base.0.is_empty()
    }

    /// The YAML of the whole file.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The file that contains the definition.
    pub fn source(&self) -> &Arc<SourceFile> {
        self.tree.source()
    }

    /// Returns the value at these keys.
    pub fn get(&self, keys: &[&str]) -> Option<&Value> {
        self.tree.value(&self.in_file(keys))
    }

    /// The route from the root of the file to the value at these keys. The first key may come
    /// from a merge (<https://yaml.org/type/merge.html>).
    pub(super) fn in_file<'k>(&self, keys: &[&'k str]) -> Route<'k> {
        let merged = keys
            .first()
            .and_then(|key| self.owner(&self.base, key, MERGES));
        merged.as_ref().unwrap_or(&self.base).join(&route(keys))
    }

    /// The route to the first mapping that has a key: this one, or one that it merges.
    fn owner(&self, at: &Route<'static>, key: &str, depth: usize) -> Option<Route<'static>> {
        let mapping = self.tree.value(at)?.as_mapping()?;
        if mapping.contains_key(key) {
            return Some(at.clone());
        }
        let depth = depth.checked_sub(1)?;
        let merged = at.with_key(MERGE);
        match mapping.get(MERGE)? {
            Value::Mapping(_) => self.owner(&merged, key, depth),
            Value::Sequence(items) => {
                let mut places = (0..items.len().min(MERGED)).map(|item| merged.with_key(item));
                places.find_map(|place| self.owner(&place, key, depth))
            }
            _ => None,
        }
    }

    /// The place of the last of these keys, without quotes.
    pub fn key(&self, keys: &[&str]) -> Option<Location> {
        let span = self.tree.key_span(&self.in_file(keys))?;
        let text = self.source().text().get(span.clone()).unwrap_or_default();
        let quotes = usize::from(text.starts_with(['"', '\'']));
        Some(self.tree.at(span.start + quotes..span.end - quotes))
    }

    /// The place of the last of these keys if its value is neither `null`, `false` nor empty.
    pub fn given(&self, keys: &[&str]) -> Option<Location> {
        let is_given = self.get(keys).is_some_and(v1::is_given);
        self.key(keys).filter(|_| is_given)
    }

    /// The place of a key of the environment whose value is not `null`.
    pub fn set(&self, key: &str) -> Option<Location> {
        let is_set = self.get(&[key]).is_some_and(|value| !value.is_null());
        self.key(&[key]).filter(|_| is_set)
    }

    /// The keys of the environment that are strings, with those that it merges.
    pub fn root_keys(&self) -> impl Iterator<Item = &str> {
        let mut keys = Vec::new();
        if let Some(root) = self.get(&[]) {
            add_keys(root, MERGES, &mut keys);
        }
        keys.into_iter()
    }

    /// The place of its key, or of the first line of the file.
    pub fn start(&self) -> Location {
        if let Some(key) = self.key(&[]) {
            return key;
        }
        let length = self.source().text().lines().next().map_or(0, str::len);
        self.tree.at(0..length)
    }

    /// The place of the value of a key of the environment.
    pub fn value_place(&self, key: &str) -> Option<Location> {
        let span = self.tree.span(&self.in_file(&[key]))?;
        Some(self.tree.at(span))
    }

    /// The string below these keys, with its place.
    pub fn text(&self, keys: &[&str]) -> Option<Spanned<String>> {
        let value = self.get(keys)?.as_str()?.to_owned();
        let location = self.tree.location(&self.in_file(keys));
        Some(Spanned { value, location })
    }

    /// Returns the place of the conda spec.
    pub fn conda_file(&self) -> CondaFile {
        if self.version == Version::V1 {
            return v1::conda_file(self);
        }
        let location = || self.tree.location(&self.in_file(&[CONDA_FILE]));
        match self.get(&[CONDA_FILE]) {
            None | Some(Value::Null) => CondaFile::None,
            Some(Value::Mapping(_)) if location().text().starts_with("{{") => {
                CondaFile::Malformed(location())
            }
            Some(Value::Mapping(_)) => CondaFile::Inline(self.in_file(&[CONDA_FILE])),
            Some(Value::String(path)) if is_remote(path) => CondaFile::Remote(location()),
            Some(Value::String(path)) => CondaFile::Beside(location(), self.beside(path)),
            Some(_) => CondaFile::Malformed(location()),
        }
    }

    /// The base image as written.
    pub fn image_text(&self) -> Option<Spanned<String>> {
        match self.version {
            Version::V1 => self.text(v1::DOCKER_OPTIONS[0]),
            Version::V2 => self.text(&["image"]),
        }
    }

    /// The base image, if the definition names one without templates. In v1, it may be the
    /// image of the base Dockerfile.
    pub fn image(&self) -> Option<Spanned<Image>> {
        let named = self.image_text().filter(|named| !named.value.is_empty());
        let Some(Spanned { value, location }) = named else {
            return self.base_dockerfile()?.image();
        };
        (!is_template(&value) && !names_environment(&value)).then(|| Spanned {
            value: Image::parse(&value),
            location,
        })
    }

    /// The base Dockerfile of a v1 definition that names no image.
    pub fn base_dockerfile(&self) -> Option<BaseDockerfile> {
        let named = self.image_text().filter(|named| !named.value.is_empty());
        if self.version == Version::V2 || named.is_some() {
            return None;
        }
        BaseDockerfile::of(self)
    }

    /// Returns the platform and virtual packages of the build machine.
    pub fn target(&self) -> ImageTarget {
        let os_type = match self.version {
            Version::V1 => self.text(&["docker", "platform", "os"]),
            Version::V2 => self.text(&["os_type"]),
        };
        if os_type.is_some_and(|os| os.value.eq_ignore_ascii_case("windows")) {
            return ImageTarget::windows();
        }
        if let Some(dockerfile) = self.base_dockerfile() {
            return dockerfile.target();
        }
        let image = self.image();
        image.map_or_else(ImageTarget::unknown, |image| image.value.target())
    }

    /// Whether the file exists inside the fence.
    pub fn has_file(&self, path: &Path) -> bool {
        self.source().fence().has_file(path)
    }

    /// Returns a path that the definition names, relative to the working directory. The SDK
    /// uses the definition's folder (azure-ai-ml, `load_environment`, `base_path`).
    pub fn beside(&self, path: &str) -> PathBuf {
        beside(self.source(), path)
    }
}

/// Adds the keys of a mapping, and of those that it merges, each once.
fn add_keys<'v>(value: &'v Value, depth: usize, keys: &mut Vec<&'v str>) {
    for (key, value) in value.as_mapping().into_iter().flatten() {
        match (key.as_str(), value) {
            (Some(MERGE), Value::Mapping(_)) if depth > 0 => add_keys(value, depth - 1, keys),
            (Some(MERGE), Value::Sequence(items)) if depth > 0 => {
                let items = items.iter().take(MERGED);
                items.for_each(|item| add_keys(item, depth - 1, keys));
            }
            (Some(key), _) if !keys.contains(&key) => keys.push(key),
            _ => {}
        }
    }
}

/// Returns a path that a file names relative to its folder, relative to the working directory.
pub(crate) fn beside(source: &SourceFile, path: &str) -> PathBuf {
    let folder = source.path().parent().unwrap_or(Path::new(""));
    let path = folder.join(path);
    let parts = path.components().filter(|part| *part != Part::CurDir);
    let path: PathBuf = parts.collect();
    if path.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        path
    }
}

/// Whether a discovered file is an Azure ML environment: it is certainly one of v1, or names
/// the schema, or has a name, something to build and no key of another format.
pub(super) fn is_certain(definition: &Definition) -> bool {
    if definition.version() == Version::V1 {
        return v1::is_certain(definition);
    }
    let has = |key: &str| definition.get(&[key]).is_some();
    has("$schema") || (has("name") && definition.root_keys().all(|key| KEYS.contains(&key)))
}

/// Whether a value contains an unfilled template, such as `{{image.context.path}}` in
/// Azure/azureml-assets.
pub fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// Whether a path is on this machine: neither a URL nor a template.
pub fn is_local(path: &str) -> bool {
    !path.contains("://") && !is_template(path)
}

/// Whether a value is a URL, or an asset of Azure ML (`azureml:NAME:VERSION`).
pub(super) fn is_remote(path: &str) -> bool {
    path.contains("://") || is_asset(path)
}

/// Whether a value for an image names an environment: an asset of the workspace
/// (`azureml:NAME@latest`), of a registry (`azureml://registries/…`), or a resource ID
/// (<https://learn.microsoft.com/azure/machine-learning/reference-yaml-core-syntax>).
pub fn names_environment(image: &str) -> bool {
    is_asset(image) || (image.starts_with('/') && image.contains("/environments/"))
}

pub(super) fn is_asset(text: &str) -> bool {
    let scheme = text.split(':').next().unwrap_or_default();
    scheme.len() < text.len() && scheme.eq_ignore_ascii_case("azureml")
}

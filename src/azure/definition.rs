//! An Azure ML environment as the YAML of the CLI and SDK v2 defines it.

use std::{
    path::{Component as Part, Path, PathBuf},
    sync::Arc,
};

use yaml_serde::Value;
use yamlpath::{Component, Route, route};

use super::{
    format::Format,
    image::{Image, Target},
};
use crate::{
    diagnostic::Location,
    spec::{Spanned, source::SourceFile, yaml::Tree},
};

/// The key of the conda spec: a path, or the spec itself.
pub const CONDA_FILE: &str = "conda_file";

/// The definition of an environment.
pub struct Definition {
    tree: Tree,
}

/// Where the conda spec of a definition is.
pub enum CondaFile {
    /// There is none: the image is used as it is, or a Dockerfile makes it.
    None,
    /// It stands in the definition.
    Inline,
    /// It is another file: where it is named, and its path from the working directory.
    Beside(Location, PathBuf),
    /// What stands here is neither a path nor a spec.
    Malformed(Location),
}

impl Definition {
    /// Reads a definition; none if the file is something else, or no YAML.
    pub fn of(source: &Arc<SourceFile>) -> Option<Self> {
        let tree = Tree::parse(source).ok()?;
        let format = Format::of(tree.root.as_mapping()?)?;
        (format == Format::Environment).then_some(Self { tree })
    }

    /// Its YAML.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The file.
    pub fn source(&self) -> &Arc<SourceFile> {
        self.tree.source()
    }

    /// What stands below these keys.
    pub fn get(&self, keys: &[&str]) -> Option<&Value> {
        let mut value = &self.tree.root;
        for key in keys {
            value = value.get(*key)?;
        }
        Some(value)
    }

    /// The place of the last of these keys.
    pub fn key(&self, keys: &[&str]) -> Option<Location> {
        let span = self.tree.key_span(&route(keys))?;
        Some(self.tree.at(span))
    }

    /// The place of a key of the root that has a value.
    pub fn set(&self, key: &str) -> Option<Location> {
        let is_set = self.get(&[key]).is_some_and(|value| !value.is_null());
        self.key(&[key]).filter(|_| is_set)
    }

    /// The keys of the root that are texts.
    pub fn root_keys(&self) -> impl Iterator<Item = &str> {
        let root = self.tree.root.as_mapping().into_iter();
        root.flat_map(|root| root.keys()).filter_map(Value::as_str)
    }

    /// The first line.
    pub fn start(&self) -> Location {
        let length = self.source().text().lines().next().map_or(0, str::len);
        self.tree.at(0..length)
    }

    /// The place of what stands behind a key of the root.
    pub fn value_place(&self, key: &str) -> Option<Location> {
        let span = self.tree.span(&route(&[key]))?;
        Some(self.tree.at(span))
    }

    /// The text below these keys, and its place.
    pub fn text(&self, keys: &[&str]) -> Option<Spanned<String>> {
        let value = self.get(keys)?.as_str()?.to_owned();
        let location = self.tree.location(&route(keys));
        Some(Spanned { value, location })
    }

    /// Where the conda spec is.
    pub fn conda_file(&self) -> CondaFile {
        let location = || self.tree.location(&route!(CONDA_FILE));
        match self.get(&[CONDA_FILE]) {
            None | Some(Value::Null) => CondaFile::None,
            Some(Value::Mapping(_)) if is_template(location().text()) => {
                CondaFile::Malformed(location())
            }
            Some(Value::Mapping(_)) => CondaFile::Inline,
            Some(Value::String(path)) => CondaFile::Beside(location(), self.beside(path)),
            Some(_) => CondaFile::Malformed(location()),
        }
    }

    /// The image that is built on, if one is named.
    pub fn image(&self) -> Option<Spanned<Image>> {
        let Spanned { value, location } = self.text(&["image"])?;
        (!is_template(&value)).then(|| Spanned {
            value: Image::parse(&value),
            location,
        })
    }

    /// What the machine that builds is like.
    pub fn target(&self) -> Target {
        let os_type = self.text(&["os_type"]);
        if os_type.is_some_and(|os| os.value.eq_ignore_ascii_case("windows")) {
            return Target::windows();
        }
        let image = self.image();
        image.map_or_else(Target::unknown, |image| image.value.target())
    }

    /// A path that the definition names, from the working directory: the SDK takes it from
    /// the definition's folder (azure-ai-ml, `load_environment`, `base_path`).
    pub fn beside(&self, path: &str) -> PathBuf {
        let folder = self.source().path().parent().unwrap_or(Path::new(""));
        let path = folder.join(path);
        let parts = path.components().filter(|part| *part != Part::CurDir);
        let path: PathBuf = parts.collect();
        match path.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => path,
        }
    }
}

/// Whether a value is a template's that is not filled in, such as
/// `{{image.context.path}}` of Azure/azureml-assets.
pub fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// Whether a path is one of this machine: no URL, and no template's.
pub fn is_local(path: &str) -> bool {
    !path.contains("://") && !is_template(path)
}

fn route<'k>(keys: &[&'k str]) -> Route<'k> {
    let keys = keys.iter().map(|key| Component::from(*key));
    Route::from(keys.collect::<Vec<_>>())
}

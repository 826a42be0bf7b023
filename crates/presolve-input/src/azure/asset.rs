//! Build contexts: the Dockerfile of a definition, and the folders of environments in
//! Azure/azureml-assets.
//!
//! Such a folder has an `asset.yaml` that names `spec.yaml`, a definition with templates, and
//! `environment.yaml`, which has the values of the templates
//! (<https://github.com/Azure/azureml-assets/blob/main/scripts/azureml-assets/azureml/assets/config.py>).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use yaml_serde::Value;

use super::{Definition, definition};
use crate::codes;
use crate::docker::context::within;
use presolve_spec::yaml::Tree;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    source::SourceFile,
};

/// The default name of a context's Dockerfile.
pub const USUAL_DOCKERFILE: &str = "Dockerfile";

/// The context folder if `environment.yaml` names none, as everywhere in
/// Azure/azureml-assets.
const USUAL_CONTEXT: &str = "context";

/// A Dockerfile and its build context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildFiles {
    /// The path of the Dockerfile.
    pub dockerfile: PathBuf,
    /// The folder of the context.
    pub context: PathBuf,
}

impl BuildFiles {
    /// The files of a definition with `build`; `None` without `build`, or if they are not on
    /// this machine.
    pub fn of(definition: &Definition) -> Option<Self> {
        let folder = folder(definition.source().path());
        let path = definition.text(&["build", "path"])?.value;
        let name = definition.text(&["build", "dockerfile_path"]);
        let name = name.map_or_else(|| USUAL_DOCKERFILE.to_owned(), |name| name.value);
        let (path, name) = if definition::is_template(&path) || definition::is_template(&name) {
            let image = ImageConfig::beside(folder, definition.source());
            (image.fill(&path), image.fill(&name))
        } else {
            (path, name)
        };
        if !definition::is_local(&path) || !definition::is_local(&name) {
            return None;
        }
        let context = definition.beside(&path);
        Some(Self {
            dockerfile: within(&context, name),
            context,
        })
    }

    /// The files of an asset in Azure/azureml-assets, from its `asset.yaml` or
    /// `environment.yaml`; `None` for any other file.
    pub fn of_asset(source: &Arc<SourceFile>) -> Option<Self> {
        let tree = Tree::parse(source).ok()?;
        let folder = folder(source.path());
        let has = |key: &str| tree.root.get(key).is_some();
        let is_asset = tree.root.get("type").and_then(Value::as_str) == Some("environment");
        let image = if is_asset && has("spec") {
            let extra = tree.root.get("extra_config").and_then(Value::as_str);
            ImageConfig::read(&folder.join(extra.unwrap_or(ImageConfig::USUAL)), source)
        } else if tree.root.get("image").is_some_and(Value::is_mapping) {
            ImageConfig::of(&tree.root)?
        } else {
            return None;
        };
        let context = folder.join(&image.context);
        Some(Self {
            dockerfile: within(&context, &image.dockerfile),
            context,
        })
    }

    /// Reads the Dockerfile.
    ///
    /// # Errors
    /// [`Failure::input`] when it does not exist. `at` is the place that names it.
    pub fn read(&self, at: Location) -> Result<Arc<SourceFile>, Failure> {
        let source = Arc::clone(&at.file);
        for path in [&self.context, &self.dockerfile] {
            if let Some(outside) = source.refusal(path) {
                return Err(Failure::input(outside.at(at, "named here")));
            }
        }
        if !self.dockerfile.is_file() {
            let message = format!("there is no Dockerfile `{}`", self.dockerfile.display());
            return Err(Failure::input(
                Diagnostic::error(codes::MISSING_DOCKERFILE, message)
                    .at(at, "looked for here")
                    .help("correct the path, or add the Dockerfile"),
            ));
        }
        source.read_named(&self.dockerfile)
    }
}

/// The image section of `environment.yaml`.
struct ImageConfig {
    context: String,
    dockerfile: String,
}

impl ImageConfig {
    /// The default name of the file.
    const USUAL: &'static str = "environment.yaml";

    fn beside(folder: &Path, source: &SourceFile) -> Self {
        let asset = source.read_named(folder.join("asset.yaml")).ok();
        let asset = asset.and_then(|asset| Tree::parse(&asset).ok());
        let extra = asset
            .as_ref()
            .and_then(|asset| asset.root.get("extra_config"));
        let extra = extra.and_then(Value::as_str);
        Self::read(&folder.join(extra.unwrap_or(Self::USUAL)), source)
    }

    /// Reads the file at a path that `source` names.
    fn read(path: &Path, source: &SourceFile) -> Self {
        let config = source.read_named(path).ok();
        let tree = config.and_then(|source| Tree::parse(&source).ok());
        let config = tree.and_then(|tree| Self::of(&tree.root));
        config.unwrap_or_else(|| Self {
            context: USUAL_CONTEXT.to_owned(),
            dockerfile: USUAL_DOCKERFILE.to_owned(),
        })
    }

    /// Reads the section; `None` if it has no context.
    fn of(root: &Value) -> Option<Self> {
        let context = root.get("image")?.get("context")?;
        let text = |key: &str| context.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            context: text("dir").unwrap_or_else(|| ".".to_owned()),
            dockerfile: text("dockerfile").unwrap_or_else(|| USUAL_DOCKERFILE.to_owned()),
        })
    }

    /// Fills in the templates of a path. Unknown templates stay.
    fn fill(&self, text: &str) -> String {
        text.replace("{{image.context.path}}", &self.context)
            .replace("{{image.dockerfile.path}}", &self.dockerfile)
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

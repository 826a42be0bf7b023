//! From the file that the user names to the conda spec that it stands for.

use std::{path::Path, sync::Arc};

use super::{
    Definition,
    definition::{CONDA_FILE, CondaFile},
    format::{self, Format},
};
use crate::{
    config::Settings,
    diagnostic::{Diagnostic, Failure, Level, Location},
    spec::{source::SourceFile, yaml::Tree},
};

/// A file with a conda spec, and the environment that it is for.
pub struct Input {
    /// The file with the conda spec: what is read, and what is written.
    pub source: Arc<SourceFile>,
    /// The Azure ML environment that names it or holds it.
    pub definition: Option<Definition>,
}

impl Input {
    /// Reads a file: a conda file stands for itself, an Azure ML environment for the conda
    /// spec in it or beside it.
    ///
    /// # Errors
    /// [`Failure::input`] when a file cannot be read, has another of Azure ML's formats, or
    /// defines an environment without a conda spec.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let source = SourceFile::read(path)?;
        if let Some(refused) = refusal(&source) {
            return Err(refused);
        }
        match Definition::of(&source) {
            Some(definition) => Ok(Self {
                source: conda_source(&definition)?,
                definition: Some(definition),
            }),
            None => Ok(Self {
                source,
                definition: None,
            }),
        }
    }

    /// The settings with what the image says; all that they say themselves is stronger.
    pub fn settings(&self, settings: Settings) -> Settings {
        let image = self.definition.as_ref().map(Definition::target);
        Settings { image, ..settings }
    }

    /// What is taken for granted of the image, if anything has to be.
    pub fn notice(&self, settings: &Settings) -> Option<Diagnostic> {
        let definition = self.definition.as_ref()?;
        let has_glibc = |text: &String| text.starts_with("__glibc");
        let is_told = settings.virtual_packages.iter().any(has_glibc);
        let target = definition.target();
        if !target.is_guess || is_told {
            return None;
        }
        let mut keys = ["image", "build"].into_iter();
        let key = keys.find_map(|key| definition.set(key));
        let at = key.unwrap_or_else(|| definition.start());
        let taken = target
            .virtual_packages
            .join(" ")
            .replace("__glibc=", "glibc ");
        let message = format!(
            "the image is taken for {} with {taken}, as its name does not say",
            settings.platform.unwrap_or(target.subdir)
        );
        Some(
            Diagnostic::new(Level::Note, "unknown-image", message)
                .at(at, "")
                .help("say otherwise with `--virtual-package __glibc=…`, or in presolve.toml"),
        )
    }
}

/// Why a file cannot be read that has one of Azure ML's formats; none if it can be, or
/// has none of them.
pub fn refusal(source: &Arc<SourceFile>) -> Option<Failure> {
    let tree = Tree::parse(source).ok()?;
    match Format::of(tree.root.as_mapping()?)? {
        Format::Unsupported(name) => Some(format::refuse(source, name)),
        Format::Environment => None,
    }
}

/// The file with the conda spec of a definition.
///
/// # Errors
/// [`Failure::input`] when it has none, or the file is not there.
pub fn conda_source(definition: &Definition) -> Result<Arc<SourceFile>, Failure> {
    match definition.conda_file() {
        CondaFile::Inline => Ok(definition.source().with_part(&[CONDA_FILE])),
        CondaFile::Beside(_, path) if path.is_file() => SourceFile::read(path),
        CondaFile::Beside(at, path) => Err(missing(at, &path)),
        CondaFile::None => Err(without_spec(definition)),
        CondaFile::Malformed(at) => Err(Failure::input(
            Diagnostic::error(
                "unexpected-entry",
                "`conda_file` is neither a path nor a spec",
            )
            .at(at, "")
            .help("write the path of a conda file, or its keys indented below `conda_file:`"),
        )),
    }
}

fn missing(at: Location, path: &Path) -> Failure {
    let message = format!("there is no conda file `{}`", path.display());
    Failure::input(
        Diagnostic::error("missing-conda-file", message)
            .at(at, "named here")
            .note("the path is relative to the folder of this file")
            .help("mend the path, or write the conda spec below `conda_file:`"),
    )
}

fn without_spec(definition: &Definition) -> Failure {
    let (at, label, help) = match definition.set("build") {
        Some(build) => (
            build,
            "a Dockerfile makes it",
            "give the conda file that the Dockerfile installs",
        ),
        None => (
            definition
                .set("image")
                .unwrap_or_else(|| definition.start()),
            "the image is used as it is",
            "name a conda file with `conda_file`, or give one by itself",
        ),
    };
    Failure::input(
        Diagnostic::error(
            "no-conda-spec",
            "the Azure ML environment has no conda spec",
        )
        .at(at, label)
        .help(help),
    )
}

/// Whether a file that nobody named is an Azure ML environment: it names the schema, or
/// has a name, something to build and no key of another format.
pub fn is_environment(source: &Arc<SourceFile>) -> bool {
    let Some(definition) = Definition::of(source) else {
        return false;
    };
    let has = |key: &str| definition.get(&[key]).is_some();
    has("$schema") || (has("name") && definition.root_keys().all(|key| KEYS.contains(&key)))
}

/// The keys of a definition: of the reference
/// (<https://learn.microsoft.com/azure/machine-learning/reference-yaml-environment>), and
/// those that azure-ai-ml 1.35 accepts besides (`EnvironmentSchema`).
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

//! From the file that the user names to the conda spec that it stands for.

use std::{path::Path, sync::Arc};

use tracing::info;
use yaml_serde::Value;

use super::{
    Definition,
    asset::{self, BuildFiles},
    definition::{CONDA_FILE, CondaFile, Version},
    format::{self, Format},
    v1,
};
use crate::docker::{Contents, Plan};
use presolve_config::Settings;
use presolve_spec::{Spanned, yaml::Tree};
use presolve_target::{Image, Target};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level, Location},
    files::Fence,
    source::SourceFile,
};

/// A file with a conda spec, and the environment that it is for.
pub struct Input {
    /// The file with the conda spec: what is read, and what is written.
    pub source: Arc<SourceFile>,
    /// The Azure ML environment that names it or holds it.
    pub definition: Option<Definition>,
    /// The image that it is for, if one is known of.
    image: Option<ImageOf>,
    /// Notices about how the input was found.
    notices: Vec<Diagnostic>,
}

/// The image that an environment is built on.
struct ImageOf {
    target: Target,
    /// The image, if it is named.
    named: Option<Spanned<Image>>,
    /// Position where the image is named, or could be.
    at: Location,
}

impl Input {
    /// Reads a file: a conda file stands for itself, an Azure ML environment for the conda
    /// spec in it or next to it, and a Dockerfile for the conda file that it installs, or the
    /// packages that stand in its commands.
    ///
    /// The fence is that of the file, and holds for the files that it leads to.
    ///
    /// # Errors
    /// [`Failure::input`] when a file cannot be read, has another of Azure ML's formats, or
    /// defines an environment without a conda spec.
    pub fn read(path: &Path, fence: &Fence) -> Result<Self, Failure> {
        let source = SourceFile::read(path, fence)?;
        let file = path.display();
        if let Some(dockerfile) = asset::as_dockerfile(&source) {
            info!(%file, "taken for a Dockerfile");
            return Self::of_dockerfile(&dockerfile);
        }
        if let Some(files) = BuildFiles::of_asset(&source) {
            info!(%file, "taken for an asset of Azure ML");
            let start = first_line(&source);
            return Self::of_dockerfile(&files.read(start)?);
        }
        if let Some(refused) = refusal(&source) {
            return Err(refused);
        }
        let Some(definition) = Definition::of(&source) else {
            info!(%file, "taken for a conda file");
            return Ok(Self {
                source,
                definition: None,
                image: None,
                notices: Vec::new(),
            });
        };
        info!(%file, version = ?definition.version(), "taken for an Azure ML environment");
        if let (CondaFile::None, Some(files)) =
            (definition.conda_file(), BuildFiles::of(&definition))
        {
            let build = definition
                .set("build")
                .unwrap_or_else(|| definition.start());
            return Self::of_dockerfile(&files.read(build)?);
        }
        let image = ImageOf {
            target: definition.target(),
            named: definition.image(),
            at: built_on(&definition).unwrap_or_else(|| definition.start()),
        };
        Ok(Self {
            source: conda_source(&definition)?,
            definition: Some(definition),
            image: Some(image),
            notices: Vec::new(),
        })
    }

    fn of_dockerfile(source: &Arc<SourceFile>) -> Result<Self, Failure> {
        let plan = Plan::of(source);
        let (source, notices) = match plan.contents()? {
            Contents::CondaFile(path, install) => {
                (source.read_named(path)?, plan.left(&install.prefix))
            }
            // What is left is said when it is read.
            Contents::Specs(_) => (Arc::clone(source), Vec::new()),
        };
        let image = ImageOf {
            target: plan.target(),
            named: plan.image(),
            at: plan.image_place(),
        };
        Ok(Self {
            source,
            definition: None,
            image: Some(image),
            notices,
        })
    }

    /// The settings with what the image says; all that they say themselves is stronger.
    pub fn settings(&self, settings: Settings) -> Settings {
        let image = self.image.as_ref().map(|image| image.target.clone());
        Settings { image, ..settings }
    }

    /// The image, if one is named.
    pub fn named_image(&self) -> Option<Spanned<Image>> {
        self.image.as_ref()?.named.clone()
    }

    /// What is to be said of the file, and of what is taken for granted.
    pub fn notices(&self, settings: &Settings) -> Vec<Diagnostic> {
        let guess = self.image.as_ref().and_then(|image| image.guess(settings));
        let notices = self.notices.iter().cloned();
        notices.chain(guess).collect()
    }
}

impl ImageOf {
    /// What is taken for granted of the image, if anything has to be.
    fn guess(&self, settings: &Settings) -> Option<Diagnostic> {
        let has_glibc = |text: &String| text.starts_with("__glibc");
        let is_told = settings.virtual_packages.iter().any(has_glibc);
        if !self.target.is_guess || is_told {
            return None;
        }
        let mut packages = self.target.virtual_packages.iter();
        let glibc = packages.find_map(|text| text.strip_prefix("__glibc="));
        let glibc = glibc.unwrap_or_default();
        let named = self.named.as_ref();
        if named.is_some_and(|image| image.value.is_alpine()) {
            return Some(self.musl(glibc));
        }
        let message = format!(
            "presolve assumes {} with glibc {glibc}, as the name of the image does not say",
            settings.platform.unwrap_or(self.target.subdir)
        );
        Some(
            Diagnostic::new(Level::Note, "unknown-image", message)
                .at(self.at.clone(), "")
                .help("override this with `--virtual-package __glibc=…`, or in presolve.toml"),
        )
    }

    /// What is said of an image with another C library, which nothing is solved for.
    fn musl(&self, glibc: &str) -> Diagnostic {
        let message = "the image is based on Alpine, which has musl instead of glibc: conda packages and manylinux wheels do not run on it";
        Diagnostic::warning("musl-image", message)
            .at(self.at.clone(), "")
            .note(format!("the results are for a machine with glibc {glibc}, not for this image"))
            .help("use an image with glibc, such as `python:3.11-slim`; if this image includes glibc, set `--virtual-package __glibc=…`")
    }
}

fn first_line(source: &Arc<SourceFile>) -> Location {
    Location {
        file: Arc::clone(source),
        span: 0..source.text().lines().next().map_or(0, str::len),
    }
}

/// Why a file cannot be read that has one of Azure ML's formats; none if it can be, or
/// has none of them.
pub fn refusal(source: &Arc<SourceFile>) -> Option<Failure> {
    let tree = Tree::parse(source).ok()?;
    match Format::of(&tree)? {
        Format::Unsupported(format) => Some(format::refuse(source, format)),
        _ => None,
    }
}

/// The file with the conda spec of a definition.
///
/// # Errors
/// [`Failure::input`] when it has none, or the file is not there.
pub fn conda_source(definition: &Definition) -> Result<Arc<SourceFile>, Failure> {
    match definition.conda_file() {
        CondaFile::Inline(keys) => Ok(definition.source().with_part(keys)),
        CondaFile::Beside(at, path) => {
            let source = definition.source();
            if let Some(outside) = source.refusal(&path) {
                return Err(Failure::input(outside.at(at, "named here")));
            }
            match source.fence().has_file(&path) {
                true => source.read_named(path),
                false => Err(Failure::input(missing(definition, at, &path))),
            }
        }
        CondaFile::None if definition.version() == Version::V1 => Err(without_spec_v1(definition)),
        CondaFile::None => Err(without_spec(definition)),
        CondaFile::Malformed(at) => Err(Failure::input(
            Diagnostic::error(
                "unexpected-entry",
                "this is neither a path nor a conda spec",
            )
            .at(at, "")
            .help("write the path of a conda file, or its keys here"),
        )),
    }
}

/// What is said of a definition whose conda file is not there.
pub fn missing(definition: &Definition, at: Location, path: &Path) -> Diagnostic {
    let message = format!("there is no conda file `{}`", path.display());
    let error = Diagnostic::error("missing-conda-file", message);
    match definition.version() {
        Version::V2 => error
            .at(at, "named here")
            .note("the path is relative to the folder of this file")
            .help("correct the path, or write the conda spec below `conda_file:`"),
        Version::V1 if definition.is_run_configuration() => error
            .at(at, "named here")
            .note("the path is relative to the project: the folder around `.azureml` or `aml_config`")
            .help("correct the path, or write the conda spec as `condaDependencies`"),
        Version::V1 => error
            .at(at, "no `condaDependencies`")
            .note("if the definition has no conda spec, the SDK looks for it in a file next to the definition")
            .help("add the file, write the conda spec as `condaDependencies`, or set `userManagedDependencies` to `true`"),
    }
}

fn without_spec(definition: &Definition) -> Failure {
    let (at, label, help) = match definition.set("build") {
        Some(build) => (
            build,
            "a Dockerfile builds the image",
            "give the conda file that the Dockerfile installs",
        ),
        None => (
            definition
                .set("image")
                .unwrap_or_else(|| definition.start()),
            "the image is used unchanged",
            "add a conda file with `conda_file`, or give the conda file itself",
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

fn without_spec_v1(definition: &Definition) -> Failure {
    let user_managed = ["python", "userManagedDependencies"];
    let (at, label, help) = if definition.is_reference() {
        let (label, help) = match definition.get(&[]) {
            None => (
                "no `environment` here",
                "give the conda file of the environment",
            ),
            Some(Value::String(_)) => ("another file defines it", "give that file"),
            Some(_) => (
                "names a registered environment",
                "give the file that defines that environment, or its conda file",
            ),
        };
        (definition.key(&[]), label, help)
    } else if v1::is_user_managed(definition) {
        (
            definition.key(&user_managed),
            "nothing is installed",
            "write `false` here to have Azure ML install a conda spec, or give the conda file of the image",
        )
    } else if let Some(context) = definition.given(v1::DOCKER_OPTIONS[2]) {
        (
            Some(context),
            "a Dockerfile builds the image",
            "give the conda file that the Dockerfile installs",
        )
    } else {
        (
            definition.key(&["python"]).or_else(|| definition.key(&[])),
            "no conda spec here",
            "add `condaDependencies` to `python`, or give the conda file itself",
        )
    };
    Failure::input(
        Diagnostic::error(
            "no-conda-spec",
            "the Azure ML environment has no conda spec",
        )
        .at(at.unwrap_or_else(|| definition.start()), label)
        .help(help),
    )
}

/// The key of what an environment is built on.
fn built_on(definition: &Definition) -> Option<Location> {
    match definition.version() {
        Version::V1 => v1::DOCKER_OPTIONS
            .iter()
            .find_map(|keys| definition.given(keys)),
        Version::V2 => ["image", "build"]
            .iter()
            .find_map(|key| definition.set(key)),
    }
}

/// Whether a file that nobody named is an Azure ML environment: it is surely one of v1, or
/// names the schema, or has a name, something to build and no key of another format.
pub fn is_environment(source: &Arc<SourceFile>) -> bool {
    let Some(definition) = Definition::of(source) else {
        return false;
    };
    if definition.version() == Version::V1 {
        return v1::is_certain(&definition);
    }
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

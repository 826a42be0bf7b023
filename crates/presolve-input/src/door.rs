//! The kind of a file, decided once, by its name and its text.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    azure::{
        self, Definition, Entity,
        asset::{BuildFiles, USUAL_DOCKERFILE},
        v1,
    },
    docker::{Dockerfile, host::DockerHost, plan::usual_context},
    mlflow::{self, Model},
    requirements::{self, RequirementsHost},
    spec::Spec,
};
use presolve_config::image::Images;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    files::Fence,
    source::SourceFile,
};

/// A file that contains requirements, or leads to those of another file.
pub struct Input {
    /// The file's text and path.
    pub source: Arc<SourceFile>,
    /// The kind of the file.
    pub kind: Kind,
}

/// The kind of a file. A new kind gets a variant here, and [`Input::of`] detects it.
pub enum Kind {
    /// A conda environment file, or a file of no other known kind.
    CondaFile,
    /// The definition of an Azure ML environment, with its conda spec inside or next to it.
    Definition(Box<Definition>),
    /// A job, a component or a deployment of Azure ML, with the environments inside. Each of
    /// them has its own requirements ([`Environments`](crate::Environments)).
    Entity(Box<Entity>),
    /// A model or a project of MLflow, with the files next to it.
    Model(Box<Model>),
    /// A file of Azure ML without an environment, such as data, with the error for a user who
    /// names it.
    Without(Failure),
    /// A Dockerfile and its build context.
    Dockerfile(DockerHost),
    /// A requirements file of pip.
    Requirements(RequirementsHost),
    /// A known but unsupported format, with the reason.
    Refused(Failure),
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::CondaFile => "conda file",
            Self::Definition(_) => "Azure ML environment",
            Self::Entity(_) => "Azure ML job, component or deployment",
            Self::Model(_) => "MLflow model or project",
            Self::Without(_) => "Azure ML file without an environment",
            Self::Dockerfile(_) => "Dockerfile",
            Self::Requirements(_) => "requirements file",
            Self::Refused(_) => "refused",
        }
    }
}

/// Opens the file that a user names. A file of an asset in Azure/azureml-assets leads to the
/// Dockerfile of the asset, and the conda file or the requirements file of an MLflow model to the
/// model.
///
/// The fence also applies to the files that this file leads to.
///
/// # Errors
/// [`Failure::input`] when the file, or the Dockerfile of its asset, cannot be read.
pub fn open(path: &Path, fence: &Fence) -> Result<Input, Failure> {
    let input = Input::of(SourceFile::read(path, fence)?);
    tracing::info!(file = %path.display(), kind = input.kind.name(), "opened");
    if matches!(input.kind, Kind::Dockerfile(_)) {
        return Ok(input);
    }
    if matches!(input.kind, Kind::CondaFile | Kind::Requirements(_))
        && let Some(model) = Model::around(&input.source)
    {
        return Ok(Input {
            source: Arc::clone(model.source()),
            kind: Kind::Model(Box::new(model)),
        });
    }
    let Some(files) = BuildFiles::of_asset(&input.source) else {
        return Ok(input);
    };
    let dockerfile = files.read(first_line(&input.source))?;
    Ok(Input::dockerfile(dockerfile, &files.context))
}

impl Input {
    /// Detects the kind of a file.
    pub fn of(source: Arc<SourceFile>) -> Self {
        if Dockerfile::is_one(&source) {
            let context = usual_context(&source);
            return Self::dockerfile(source, &context);
        }
        if requirements::is_named_so(source.path()) {
            let kind = Kind::Requirements(RequirementsHost::new());
            return Self { source, kind };
        }
        if let Some(model) = Model::of(&source) {
            return Self {
                source,
                kind: Kind::Model(Box::new(model)),
            };
        }
        let kind = azure::kind_of(&source).unwrap_or(Kind::CondaFile);
        Self { source, kind }
    }

    /// The same file, installed by the Python of the settings. Only a requirements file does not
    /// name its Python itself.
    pub fn with_python(self, python: Option<&str>) -> Self {
        let kind = match self.kind {
            Kind::Requirements(host) => Kind::Requirements(host.with_python(python)),
            kind => kind,
        };
        Self { kind, ..self }
    }

    /// The same file as an environment without a name of its own, which a job names.
    pub fn anonymous(self) -> Self {
        let kind = match self.kind {
            Kind::Definition(definition) => Kind::Definition(Box::new(definition.anonymous())),
            kind => kind,
        };
        Self { kind, ..self }
    }

    /// The number of times that the whole file is read for its requirements, from 1.
    pub fn readings(&self) -> usize {
        match &self.kind {
            Kind::Entity(entity) => entity.environments().len().max(1),
            _ => 1,
        }
    }

    /// As [`Input::of`], but with a known build context, the file is certainly a Dockerfile.
    pub fn in_context(source: Arc<SourceFile>, context: Option<&Path>) -> Self {
        match context {
            Some(context) => Self::dockerfile(source, context),
            None => Self::of(source),
        }
    }

    /// A Dockerfile whose build context is this folder.
    pub fn dockerfile(source: Arc<SourceFile>, context: &Path) -> Self {
        Self {
            source,
            kind: Kind::Dockerfile(DockerHost::new(context)),
        }
    }

    /// The same file with another text. A Dockerfile keeps its kind and context, and a
    /// requirements file its Python. The kind of a
    /// YAML file is detected again, because the old text may have been unreadable.
    pub fn with_text(&self, text: impl Into<String>) -> Self {
        let source = self.source.with_text(text);
        match &self.kind {
            Kind::Dockerfile(host) => Self {
                source,
                kind: Kind::Dockerfile(host.clone()),
            },
            Kind::Requirements(host) => Self {
                source,
                kind: Kind::Requirements(host.clone()),
            },
            Kind::Definition(definition) if definition.is_anonymous() => {
                Self::of(source).anonymous()
            }
            _ => Self::of(source),
        }
    }

    /// Returns the requirements of the input: a conda file itself, the conda spec in or next
    /// to an Azure ML definition, and for a Dockerfile the conda file that it installs, or the
    /// packages in its commands. `images` is what the settings say about its image.
    ///
    /// # Errors
    /// [`Failure::input`] when a file that it leads to cannot be read, or it has an
    /// unsupported format or no requirements.
    pub fn spec(&self, images: &Images) -> Result<Spec, Failure> {
        match &self.kind {
            Kind::CondaFile => Ok(Spec::of_conda_file(&self.source)),
            Kind::Definition(definition) => azure::spec::of(definition, images),
            Kind::Entity(entity) => Err(Failure::input(azure::entity::several(entity))),
            Kind::Model(model) => model.spec(),
            Kind::Without(error) => Err(error.clone()),
            Kind::Dockerfile(host) => host.with(images).spec(&self.source),
            Kind::Requirements(host) => Ok(host.spec(&self.source, images)),
            Kind::Refused(refused) => Err(refused.clone()),
        }
    }
}

/// The files to check for a path: those that make up an asset of Azure/azureml-assets, or
/// the file itself.
pub fn stands_for(path: &Path, fence: &Fence) -> Vec<PathBuf> {
    let source = SourceFile::read(path, fence).ok();
    let Some(files) = source.and_then(|source| BuildFiles::of_asset(&source)) else {
        return vec![path.to_owned()];
    };
    let spec = path.with_file_name("spec.yaml");
    let spec = Some(spec).filter(|spec| fence.has_file(spec));
    match fence.has_file(&files.dockerfile) {
        true => spec.into_iter().chain([files.dockerfile]).collect(),
        // The check of the definition reports the missing Dockerfile.
        false => vec![spec.unwrap_or_else(|| path.to_owned())],
    }
}

/// The file that a path refers to. In a folder, this is `MLmodel` or `MLproject`, a definition
/// of the SDK v1 (as in `Environment.load_from_directory`), `asset.yaml`, or a Dockerfile.
///
/// # Errors
/// [`Failure::input`] when it is a folder without any of these.
pub fn file_at(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let names = [
        "environment.yml",
        "environment.yaml",
        "conda.yml",
        "conda.yaml",
        "conda_dependencies.yml",
        "conda_dependencies.yaml",
    ];
    let mut files = names.iter().map(|name| path.join(name));
    let usual = || files.find(|file| file.is_file());
    build_file_at(path).or_else(usual).ok_or_else(|| {
        let message = format!("`{}` is a folder without a Dockerfile", path.display());
        Failure::input(
            Diagnostic::error("unreadable-file", message).help(
                "give a file, or a folder with `asset.yaml`, `Dockerfile` or `environment.yml`",
            ),
        )
    })
}

/// The file that a folder is built from, if it is the folder of a build.
pub fn build_file_at(folder: &Path) -> Option<PathBuf> {
    let names = [
        mlflow::MODEL,
        mlflow::PROJECT,
        v1::FILE_NAME,
        "asset.yaml",
        USUAL_DOCKERFILE,
    ];
    let mut files = names.iter().map(|name| folder.join(name));
    files.find(|file| file.is_file())
}

fn first_line(source: &Arc<SourceFile>) -> Location {
    Location {
        file: Arc::clone(source),
        span: 0..source.text().lines().next().map_or(0, str::len),
    }
}

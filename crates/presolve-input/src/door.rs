//! What a file is: decided once, by its name and its text.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    azure::{
        self, Definition,
        asset::{BuildFiles, USUAL_DOCKERFILE},
        v1,
    },
    docker::{Dockerfile, host::DockerHost, plan::usual_context},
    spec::Spec,
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    files::Fence,
    source::SourceFile,
};

/// A file that can have requirements, or lead to those of another one.
pub struct Input {
    /// The file.
    pub source: Arc<SourceFile>,
    /// What it is.
    pub kind: Kind,
}

/// What a file is. A new kind is named here, and opened by [`Input::of`].
pub enum Kind {
    /// A conda environment file, or something that is not known for anything else.
    CondaFile,
    /// The definition of an Azure ML environment, with its conda spec inside or next to it.
    Definition(Box<Definition>),
    /// A Dockerfile and its build context.
    Dockerfile(DockerHost),
    /// A known format that is not read, with the reason.
    Refused(Failure),
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::CondaFile => "conda file",
            Self::Definition(_) => "Azure ML environment",
            Self::Dockerfile(_) => "Dockerfile",
            Self::Refused(_) => "refused",
        }
    }
}

/// Opens the file that a user names. One that an asset of Azure/azureml-assets is made of
/// stands for the Dockerfile of the asset.
///
/// The fence is that of the file, and holds for the files that it leads to.
///
/// # Errors
/// [`Failure::input`] when the file cannot be read, or the Dockerfile that it stands for.
pub fn open(path: &Path, fence: &Fence) -> Result<Input, Failure> {
    let input = Input::of(SourceFile::read(path, fence)?);
    tracing::info!(file = %path.display(), kind = input.kind.name(), "opened");
    if matches!(input.kind, Kind::Dockerfile(_)) {
        return Ok(input);
    }
    let Some(files) = BuildFiles::of_asset(&input.source) else {
        return Ok(input);
    };
    let dockerfile = files.read(first_line(&input.source))?;
    Ok(Input::dockerfile(dockerfile, &files.context))
}

impl Input {
    /// Tells what a text is.
    pub fn of(source: Arc<SourceFile>) -> Self {
        if Dockerfile::is_one(&source) {
            let context = usual_context(&source);
            return Self::dockerfile(source, &context);
        }
        let kind = match Definition::of(&source) {
            Ok(None) => Kind::CondaFile,
            Ok(Some(definition)) => Kind::Definition(Box::new(definition)),
            Err(refused) => Kind::Refused(refused),
        };
        Self { source, kind }
    }

    /// As [`Input::of`], but a Dockerfile for certain if it is known in which folder it is
    /// built.
    pub fn in_context(source: Arc<SourceFile>, context: Option<&Path>) -> Self {
        match context {
            Some(context) => Self::dockerfile(source, context),
            None => Self::of(source),
        }
    }

    /// A file that is known to be a Dockerfile, which is built in this folder.
    pub fn dockerfile(source: Arc<SourceFile>, context: &Path) -> Self {
        Self {
            source,
            kind: Kind::Dockerfile(DockerHost::new(context)),
        }
    }

    /// The same file with another text. A Dockerfile stays one, in its context; what YAML
    /// is may show only once it can be read.
    pub fn with_text(&self, text: impl Into<String>) -> Self {
        let source = self.source.with_text(text);
        match &self.kind {
            Kind::Dockerfile(host) => Self {
                source,
                kind: Kind::Dockerfile(host.clone()),
            },
            _ => Self::of(source),
        }
    }

    /// The requirements that the file stands for: a conda file for itself, an Azure ML
    /// environment for the conda spec in it or next to it, and a Dockerfile for the conda
    /// file that it installs, or the packages that stand in its commands.
    ///
    /// # Errors
    /// [`Failure::input`] when a file that it leads to cannot be read, or it has a format
    /// that is not read, or no requirements.
    pub fn spec(&self) -> Result<Spec, Failure> {
        match &self.kind {
            Kind::CondaFile => Ok(Spec::of_conda_file(&self.source)),
            Kind::Definition(definition) => azure::spec::of(definition),
            Kind::Dockerfile(host) => host.spec(&self.source),
            Kind::Refused(refused) => Err(refused.clone()),
        }
    }
}

/// The files that are checked for a file: those that an asset of Azure/azureml-assets is
/// made of, and any other file itself.
pub fn stands_for(path: &Path, fence: &Fence) -> Vec<PathBuf> {
    let source = SourceFile::read(path, fence).ok();
    let Some(files) = source.and_then(|source| BuildFiles::of_asset(&source)) else {
        return vec![path.to_owned()];
    };
    let spec = path.with_file_name("spec.yaml");
    let spec = Some(spec).filter(|spec| fence.has_file(spec));
    match fence.has_file(&files.dockerfile) {
        true => spec.into_iter().chain([files.dockerfile]).collect(),
        // What is missing is told of the definition.
        false => vec![spec.unwrap_or_else(|| path.to_owned())],
    }
}

/// The file that a path stands for: a folder for the definition of the SDK v1 in it (as for
/// `Environment.load_from_directory`), its `asset.yaml`, or its Dockerfile.
///
/// # Errors
/// [`Failure::input`] when it is a folder that has neither.
pub fn file_at(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let names = [
        v1::FILE_NAME,
        "asset.yaml",
        USUAL_DOCKERFILE,
        "environment.yml",
        "environment.yaml",
    ];
    let mut files = names.iter().map(|name| path.join(name));
    files.find(|file| file.is_file()).ok_or_else(|| {
        let message = format!("`{}` is a folder without a Dockerfile", path.display());
        Failure::input(
            Diagnostic::error("unreadable-file", message).help(
                "give a file, or a folder with `asset.yaml`, `Dockerfile` or `environment.yml`",
            ),
        )
    })
}

fn first_line(source: &Arc<SourceFile>) -> Location {
    Location {
        file: Arc::clone(source),
        span: 0..source.text().lines().next().map_or(0, str::len),
    }
}

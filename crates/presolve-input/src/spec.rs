//! The file that contains the requirements of an input, and the image that they are for.

use std::sync::Arc;

use crate::mlflow::Model;
use presolve_config::Settings;
use presolve_spec::{
    EnvironmentFile, Spanned,
    environment::PartialFile,
    host::{CondaFile, Host},
};
use presolve_target::{Image, ImageTarget};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level, Location},
    source::SourceFile,
};

/// The file that presolve reads requirements from and writes pins to.
pub struct Spec {
    /// The file with the requirements.
    pub source: Arc<SourceFile>,
    /// The kind of the file, which reads and changes it.
    pub host: Arc<dyn Host>,
    /// The image of the environment; `None` for a plain conda file.
    pub(crate) image: Option<ImageOf>,
    /// The model of MLflow that the conda file belongs to.
    pub(crate) model: Option<Model>,
    /// Notices about the way the file was found.
    pub(crate) notices: Vec<Diagnostic>,
}

/// The image that an environment is built on.
#[derive(Clone, Debug)]
pub(crate) struct ImageOf {
    /// The platform and virtual packages of the build machine.
    pub target: ImageTarget,
    /// The image, if the input names one.
    pub named: Option<Spanned<Image>>,
    /// The place of the image's name, or where a name belongs.
    pub at: Location,
}

impl Spec {
    /// The spec of a conda file without an image.
    pub(crate) fn of_conda_file(source: &Arc<SourceFile>) -> Self {
        Self {
            source: Arc::clone(source),
            host: Arc::new(CondaFile::default()),
            image: None,
            model: None,
            notices: Vec::new(),
        }
    }

    /// Reads the requirements.
    ///
    /// # Errors
    /// [`Failure::input`] with every error that conda, pip, a YAML parser or Docker would
    /// report, each with its place.
    pub fn read(&self) -> Result<EnvironmentFile, Failure> {
        self.read_as_far_as_possible().complete()
    }

    /// Reads as much of the requirements as possible, together with the errors.
    pub fn read_as_far_as_possible(&self) -> PartialFile {
        self.host.read(&self.source, &[])
    }

    /// Adds the target of the image to the settings. Explicit settings take precedence.
    pub fn settings(&self, settings: Settings) -> Settings {
        settings.in_image(self.image.as_ref().map(|image| image.target.clone()))
    }

    /// The platform and virtual packages of the machine that builds the environment; `None` for
    /// a plain conda file.
    pub fn target(&self) -> Option<&ImageTarget> {
        self.image.as_ref().map(|image| &image.target)
    }

    /// The model of MLflow that the conda file belongs to. Its other files get the same pins.
    pub fn model(&self) -> Option<&Model> {
        self.model.as_ref()
    }

    /// Returns the image if the input names one.
    pub fn named_image(&self) -> Option<Spanned<Image>> {
        self.image.as_ref()?.named.clone()
    }

    /// Returns notices about the file, and about assumptions on its image.
    pub fn notices(&self, settings: &Settings) -> Vec<Diagnostic> {
        let guess = self.image.as_ref().and_then(|image| image.guess(settings));
        let notices = self.notices.iter().cloned();
        notices.chain(guess).collect()
    }
}

impl ImageOf {
    /// The notice about an assumed platform and glibc; `None` if they are known.
    fn guess(&self, settings: &Settings) -> Option<Diagnostic> {
        let has_glibc = |text: &String| text.starts_with("__glibc");
        let is_told = settings.virtual_packages.iter().any(has_glibc);
        let target = settings.image.as_ref().unwrap_or(&self.target);
        if !target.is_guess || is_told {
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

    /// The warning about an image with musl, for which presolve does not solve.
    fn musl(&self, glibc: &str) -> Diagnostic {
        let message = "the image is based on Alpine, which has musl instead of glibc: conda packages and manylinux wheels do not run on it";
        Diagnostic::warning("musl-image", message)
            .at(self.at.clone(), "")
            .note(format!("the results are for a machine with glibc {glibc}, not for this image"))
            .help("use an image with glibc, such as `python:3.11-slim`; if this image includes glibc, set `--virtual-package __glibc=…`")
    }
}

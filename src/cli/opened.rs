//! The file of a command: its kind, the settings that apply to it, and its requirements.

use std::path::{Path, PathBuf};

use super::{Output, settings::SettingsArgs};
use presolve_config::Settings;
use presolve_input::{self as input, Input, Kind, Spec, azure::Definition};
use presolve_spec::{EnvironmentFile, Spanned};
use presolve_target::Image;
use presolve_text::diagnostic::Failure;

/// A file from the command line, with its kind.
pub(super) struct Named<'a> {
    path: PathBuf,
    args: &'a SettingsArgs,
    input: Input,
}

/// A file from the command line, with the location of its requirements.
pub(super) struct Located<'a> {
    pub named: Named<'a>,
    pub spec: Spec,
}

/// The requirements of a file from the command line, with the settings that apply to them.
pub(super) struct Opened {
    pub environment: EnvironmentFile,
    pub settings: Settings,
    /// The image that the requirements are installed in, if one is named.
    pub image: Option<Spanned<Image>>,
}

/// Opens a file, reads its requirements, and prints the notices and warnings.
pub(super) fn open(path: &Path, args: &SettingsArgs, output: &Output) -> Result<Opened, Failure> {
    Named::find(path, args)?.locate()?.read(output)
}

impl<'a> Named<'a> {
    /// Opens a file, or the file to build in a folder.
    pub(super) fn find(path: &Path, args: &'a SettingsArgs) -> Result<Self, Failure> {
        let path = input::file_at(path)?;
        let input = input::open(&path, &args.fence(&path))?;
        Ok(Self { path, args, input })
    }

    /// Returns the definition of an Azure ML environment; `None` for other files.
    pub(super) fn definition(&self) -> Option<&Definition> {
        match &self.input.kind {
            Kind::Definition(definition) => Some(definition),
            _ => None,
        }
    }

    /// Finds the requirements of the file.
    pub(super) fn locate(self) -> Result<Located<'a>, Failure> {
        let spec = self.input.spec()?;
        Ok(Located { named: self, spec })
    }
}

impl Located<'_> {
    /// Returns the settings that apply to the file, including those from its image.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let Named { path, args, .. } = &self.named;
        let settings = Settings::resolve(path, (*args).clone().into())?;
        Ok(self.spec.settings(settings))
    }

    /// Reads the requirements, and prints the notices and warnings.
    pub(super) fn read(&self, output: &Output) -> Result<Opened, Failure> {
        let settings = self.settings()?;
        for notice in self.spec.notices(&settings) {
            output.say(&notice);
        }
        let environment = self.spec.read()?;
        for warning in &environment.warnings {
            output.say(warning);
        }
        Ok(Opened {
            environment,
            settings,
            image: self.spec.named_image(),
        })
    }
}

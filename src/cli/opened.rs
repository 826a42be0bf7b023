//! The file of a command: its kind, the settings that apply to it, and its requirements.

use std::path::{Path, PathBuf};

use super::{Output, settings::SettingsArgs};
use presolve_check::discover;
use presolve_config::Settings;
use presolve_input::{self as input, Input, Kind, Spec, azure::Definition};
use presolve_spec::{EnvironmentFile, Spanned, foreign::READ};
use presolve_target::Image;
use presolve_text::diagnostic::{Diagnostic, Failure};

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

/// The file of a command that names none.
const USUAL_FILE: &str = "environment.yml";

/// The maximum number of files that a message lists.
const MOST: usize = 10;

/// Returns the path that the user wrote, or the default.
pub(super) fn path(named: Option<&Path>) -> &Path {
    named.unwrap_or(Path::new(USUAL_FILE))
}

/// Returns the file of a command. Without one on the command line, this is `environment.yml`,
/// or the environment file in the working directory.
///
/// # Errors
/// If there is none or there are several. The message lists those nearby.
pub(super) fn chosen(named: Option<PathBuf>, args: &SettingsArgs) -> Result<PathBuf, Failure> {
    let usual = Path::new(USUAL_FILE);
    if named.is_some() || usual.exists() {
        return Ok(named.unwrap_or_else(|| usual.to_owned()));
    }
    let nearby = discover::nearby(Path::new("."), &args.fences());
    let is_here = |file: &&PathBuf| file.components().count() == 1;
    let here: Vec<&PathBuf> = nearby.iter().filter(is_here).collect();
    let is_conda = |file: &&&PathBuf| is_conda_file(file);
    match (&here[..], here.iter().filter(is_conda).collect::<Vec<_>>()) {
        ([only], _) => Ok((*only).clone()),
        // The Dockerfile next to it usually installs it.
        (_, conda) if let [only] = conda[..] => Ok((**only).clone()),
        _ => Err(Failure::input(none_chosen(&nearby))),
    }
}

fn is_conda_file(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension == "yml" || extension == "yaml"
}

fn none_chosen(nearby: &[PathBuf]) -> Diagnostic {
    let message = format!("there is no `{USUAL_FILE}` in this folder");
    let error = Diagnostic::error("unreadable-file", message);
    if nearby.is_empty() {
        return error.help(READ);
    }
    let shown = nearby.iter().take(MOST);
    let shown: Vec<String> = shown.map(|file| format!("`{}`", file.display())).collect();
    let rest = match nearby.len().saturating_sub(MOST) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let note = format!("presolve can read {}{rest}", shown.join(", "));
    error.note(note).help("name one of these files")
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

//! The file of a command: its kind, the settings that apply to it, and its requirements.

use std::path::{Path, PathBuf};

use super::{Output, settings::SettingsArgs};
use clap::Args;
use presolve_check::discover;
use presolve_config::Settings;
use presolve_input::{
    self as input, Environments, Input, Kind, Place, Spec,
    azure::{Definition, definition::CondaFile},
    mlflow::Model,
};
use presolve_spec::{EnvironmentFile, Spanned, foreign::READ, route::Route};
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
    /// A failure counts only where the settings matter, which they do not for a log.
    settings: Result<Settings, Failure>,
}

/// The requirements of a file from the command line, with the settings that apply to them.
pub(super) struct Opened {
    pub environment: EnvironmentFile,
    pub settings: Settings,
    /// The image that the requirements are installed in, if one is named.
    pub image: Option<Spanned<Image>>,
    /// The model of MLflow that the requirements belong to.
    pub model: Option<Model>,
}

/// The flag that selects one environment of a file.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct EnvironmentArg {
    /// Use this environment of a job, a component or a deployment: its keys, such as
    /// `jobs.train`, or the file that defines it
    #[arg(long, value_name = "KEYS|FILE")]
    environment: Option<String>,
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
pub(super) fn open(
    path: &Path,
    wanted: &EnvironmentArg,
    args: &SettingsArgs,
    output: &Output,
) -> Result<Opened, Failure> {
    let named = Named::find(path, args)?.one(wanted)?;
    named.locate()?.read(output)
}

impl EnvironmentArg {
    /// Whether the user selects an environment.
    pub(super) fn is_any(&self) -> bool {
        self.environment.is_some()
    }

    /// Returns the only environment of a file, or the wanted one.
    ///
    /// # Errors
    /// If there is none, or there are several.
    pub(super) fn select<'p>(
        &self,
        path: &Path,
        found: &'p Environments,
    ) -> Result<&'p Place, Failure> {
        let places = found.places.iter();
        let places: Vec<&Place> = match &self.environment {
            Some(wanted) => places.filter(|place| is_at(place, wanted)).collect(),
            None => places.collect(),
        };
        match &places[..] {
            [place] => Ok(place),
            [] if self.is_any() => Err(self.unknown(path, &found.places)),
            [] => Err(none(path, found)),
            several => Err(Failure::input(several_environments(path, several))),
        }
    }

    /// Returns the failure for a file without the wanted environment.
    pub(super) fn unknown(&self, path: &Path, places: &[Place]) -> Failure {
        let wanted = self.environment.as_deref().unwrap_or_default();
        Failure::input(unknown_environment(wanted, path, places))
    }
}

impl<'a> Named<'a> {
    /// Opens a file, or the file to build in a folder.
    pub(super) fn find(path: &Path, args: &'a SettingsArgs) -> Result<Self, Failure> {
        let path = input::file_at(path)?;
        let mut input = input::open(&path, &args.fence(&path))?;
        if let Kind::Requirements(_) = input.kind {
            let settings = Settings::resolve(&path, args.clone().into())?;
            input = input.with_python(settings.python_version.as_deref());
        }
        Ok(Self { path, args, input })
    }

    /// Returns the path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the environments that a job, a component or a deployment leads to; `None` for
    /// other files.
    pub(super) fn environments(&self) -> Option<Environments> {
        match &self.input.kind {
            Kind::Entity(entity) => Some(Environments::of(entity)),
            _ => None,
        }
    }

    /// Opens one of these environments.
    pub(super) fn at(&self, place: &Place) -> Result<Self, Failure> {
        let fence = self.args.fence(&self.path);
        Ok(Self {
            path: place.path.clone(),
            args: self.args,
            input: place.open(&fence)?,
        })
    }

    /// Opens the only environment of a job, a component or a deployment, or the wanted one.
    /// Other files stay as they are.
    ///
    /// # Errors
    /// If there is none, or there are several.
    pub(super) fn one(self, wanted: &EnvironmentArg) -> Result<Self, Failure> {
        let Some(found) = self.environments() else {
            return match wanted.is_any() {
                true => Err(wanted.unknown(&self.path, &[])),
                false => Ok(self),
            };
        };
        self.at(wanted.select(&self.path, &found)?)
    }

    /// Returns the definition of an Azure ML environment; `None` for other files.
    pub(super) fn definition(&self) -> Option<&Definition> {
        match &self.input.kind {
            Kind::Definition(definition) => Some(definition),
            _ => None,
        }
    }

    /// Finds the requirements of the file, with the settings that apply to it.
    pub(super) fn locate(self) -> Result<Located<'a>, Failure> {
        let settings = Settings::resolve(&self.path, self.args.clone().into());
        let images = settings.as_ref().map(|settings| settings.images.clone());
        let spec = self.input.spec(&images.unwrap_or_default())?;
        Ok(Located {
            named: self,
            spec,
            settings,
        })
    }
}

/// Returns the failure for a file that leads to no environment.
pub(super) fn none(path: &Path, found: &Environments) -> Failure {
    if let Some(failure) = found.failures.first() {
        return failure.clone();
    }
    let path = path.display();
    let Some(registered) = found.registered.first() else {
        let message = format!("{path} has no environment");
        let error = Diagnostic::error("no-environment", message);
        return Failure::input(error.help("add `environment:`, or give another file"));
    };
    let message = format!("{path} has no environment in a file");
    let error = Diagnostic::error("no-environment", message)
        .at(registered.location.clone(), "registered in Azure ML")
        .help("give the file from which the environment was registered");
    Failure::input(error)
}

/// Whether an environment is at these keys or below them, or in this file.
fn is_at(place: &Place, wanted: &str) -> bool {
    let keys = place.route.to_string();
    let rest = keys.strip_prefix(wanted);
    let is_below = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    (is_below && !wanted.is_empty()) || place.path == Path::new(wanted)
}

/// The keys of an environment in its file, or its file.
fn shown(place: &Place) -> String {
    let (path, route) = (place.path.display(), &place.route);
    if route.0.is_empty() {
        format!("`{path}`")
    } else {
        format!("`{route}` in {path}")
    }
}

fn list(places: &[&Place]) -> String {
    let shown: Vec<String> = places.iter().take(MOST).map(|place| shown(place)).collect();
    let rest = match places.len().saturating_sub(MOST) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    format!("they are {}{rest}", shown.join(", "))
}

fn several_environments(path: &Path, places: &[&Place]) -> Diagnostic {
    let count = places.len();
    let message = format!("{} leads to {count} environments", path.display());
    Diagnostic::error("several-environments", message)
        .note(list(places))
        .help("select one of them with `--environment`")
}

fn unknown_environment(wanted: &str, path: &Path, places: &[Place]) -> Diagnostic {
    let message = format!("{} has no environment at `{wanted}`", path.display());
    let error = Diagnostic::error("unknown-environment", message);
    if places.is_empty() {
        error.help("remove `--environment`")
    } else {
        error
            .note(list(&places.iter().collect::<Vec<_>>()))
            .help("select one of them with `--environment`")
    }
}

impl Located<'_> {
    /// The route to the requirements, if they are a part of their file.
    pub(super) fn route(&self) -> Route<'static> {
        let inline = self.named.definition().map(Definition::conda_file);
        match inline {
            Some(CondaFile::Inline(route)) => route,
            _ => Route::default(),
        }
    }

    /// Returns the settings that apply to the file, including those from its image.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        Ok(self.spec.settings(self.settings.clone()?))
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
        let image = self.spec.named_image().map(|image| Spanned {
            value: settings.images.known(image.value),
            ..image
        });
        Ok(Opened {
            environment,
            settings,
            image,
            model: self.spec.model().cloned(),
        })
    }
}

//! A requirements file of pip as a file that contains requirements
//! (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>).
//!
//! It does not say which Python installs it. That is known from the settings, from a Dockerfile
//! in the same folder that installs the file, or from an earlier pin.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    docker::{host::DockerHost, plan::usual_context},
    spec::{ImageOf, Spec},
};
use presolve_config::image::Images;
use presolve_spec::{
    CondaRequirement, EnvironmentFile,
    change::{Change, Changed},
    environment::PartialFile,
    host::Host,
    match_spec,
    pin::Pins,
    pip_lines::PipReader,
    requirements_file,
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level, Location},
    source::SourceFile,
};

/// Whether the name of a file is one that people give to requirements files: `requirements.txt`,
/// `requirements-dev.txt`, `dev-requirements.txt`, `requirements/dev.txt`.
pub fn is_named_so(path: &Path) -> bool {
    let name = |part: Option<&std::ffi::OsStr>| {
        let part = part.unwrap_or_default().to_string_lossy();
        part.to_ascii_lowercase()
    };
    let file = name(path.file_name());
    let Some(stem) = file.strip_suffix(".txt") else {
        return false;
    };
    let folder = || name(path.parent().and_then(Path::file_name));
    stem.starts_with("requirements") || stem.ends_with("requirements") || folder() == "requirements"
}

/// A requirements file, with what tells the Python that installs it.
#[derive(Clone, Debug)]
pub struct RequirementsHost {
    /// The version of Python from the settings.
    python: Option<String>,
    build: Option<Arc<Build>>,
}

/// The Dockerfile in the same folder that installs the file.
#[derive(Debug)]
struct Build {
    python: Option<CondaRequirement>,
    image: ImageOf,
    notes: Vec<Diagnostic>,
}

impl RequirementsHost {
    /// A file of which only the pins tell the Python.
    pub(crate) fn new() -> Self {
        Self {
            python: None,
            build: None,
        }
    }

    /// The same file, installed by the Python of the settings, if they name one.
    pub(crate) fn with_python(&self, python: Option<&str>) -> Self {
        Self {
            python: python.map(str::to_owned),
            build: self.build.clone(),
        }
    }

    /// Looks for a Dockerfile that installs the file.
    pub(crate) fn spec(&self, source: &Arc<SourceFile>, images: &Images) -> Spec {
        let build = Build::of(source, images).map(Arc::new);
        let notices = build.as_ref().map(|build| build.notes.clone());
        Spec {
            image: build.as_ref().map(|build| build.image.clone()),
            notices: notices.unwrap_or_default(),
            host: Arc::new(Self {
                build,
                ..self.clone()
            }),
            ..Spec::of_conda_file(source)
        }
    }

    /// The Python that installs the file: of the settings, of the Dockerfile, or of the pins.
    fn python(&self, environment: &EnvironmentFile) -> Option<CondaRequirement> {
        if let Some(python) = &self.python {
            let start = Location {
                file: Arc::clone(&environment.source),
                span: 0..0,
            };
            return requirement(python, start);
        }
        let of_build = self.build.as_ref().and_then(|build| build.python.clone());
        of_build.or_else(|| {
            let pinned = environment.pinned_python.as_ref()?;
            requirement(&pinned.value, pinned.location.clone())
        })
    }
}

fn requirement(python: &str, location: Location) -> Option<CondaRequirement> {
    let text = format!("python={python}");
    Some(CondaRequirement {
        spec: match_spec::parse(&text).ok()?,
        text,
        location,
        pin: None,
        added_by_pin: false,
    })
}

impl Build {
    /// Reads the Dockerfile next to a requirements file. `None` if it does not install the file.
    fn of(source: &Arc<SourceFile>, images: &Images) -> Option<Self> {
        let path = source.path().with_file_name("Dockerfile");
        let dockerfile = source
            .fence()
            .has_file(&path)
            .then(|| source.read_named(&path));
        let dockerfile = dockerfile?.ok()?;
        let host = DockerHost::new(&usual_context(&dockerfile)).with(images);
        let environment = host.read(&dockerfile, &[]).environment?;
        let own = canonical(source.path());
        let mut files = environment.pip.in_place.iter();
        if !files.any(|file| canonical(file.source.path()) == own) {
            return None;
        }
        let names_python = |line: &&CondaRequirement| line.spec.name.to_string() == "python";
        let created = environment.conda.iter().find(names_python);
        let python = environment.image_python.as_ref().or(created).cloned();
        Some(Self {
            image: host.image(&dockerfile),
            notes: other_installs(&environment, &path).into_iter().collect(),
            python,
        })
    }
}

/// The note on packages of the same build that are not in the file.
fn other_installs(environment: &EnvironmentFile, path: &Path) -> Option<Diagnostic> {
    let is_of_command = |at: &&Location| Arc::ptr_eq(&at.file, &environment.source);
    let conda = environment.conda.iter().map(|line| &line.location);
    let pip = environment
        .pip
        .requirements
        .iter()
        .map(|line| &line.location);
    let at = conda.chain(pip).find(is_of_command)?;
    let message = "the Dockerfile also installs packages that this file does not list";
    let note = Diagnostic::new(Level::Note, "other-installs", message).at(at.clone(), "");
    let help = format!(
        "run presolve for {}, which solves all of them together",
        path.display()
    );
    Some(note.help(help))
}

impl Host for RequirementsHost {
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> PartialFile {
        let mut reader = PipReader::in_place(included);
        reader.read_root(source);
        let mut environment = EnvironmentFile::empty(Arc::new(self.clone()), source);
        environment.pip = reader.pip;
        environment.added_blocks = reader.added_blocks;
        environment.warnings = reader.warnings;
        requirements_file::read_header(&mut environment, source);
        environment.image_python = self.python(&environment);
        environment.has_set_python = self.python.is_some();
        PartialFile {
            environment: Some(environment),
            tree: None,
            errors: reader.errors,
        }
    }

    fn change(&self, before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure> {
        requirements_file::change(before, changes)
    }

    fn pin(&self, before: &EnvironmentFile, pins: &Pins) -> Result<Changed, Failure> {
        let mut included = requirements_file::pin(before, pins)?;
        let own = included
            .iter()
            .position(|file| Arc::ptr_eq(&file.before, &before.source));
        let own = own.map(|index| included.remove(index).after);
        let changed = Changed {
            text: own.map_or_else(
                || before.source.text().to_owned(),
                |own| own.text().to_owned(),
            ),
            included,
        };
        let after = changed.read(before)?;
        match requirements_file::problem(before, &after, pins) {
            None => Ok(changed),
            Some(problem) => Err(Failure::input(broken(problem))),
        }
    }

    /// A requirements file has one line per package.
    fn check_place(&self, _: &Arc<SourceFile>) -> Result<(), Failure> {
        Ok(())
    }

    fn keeps_requirements(&self, _: &SourceFile) -> bool {
        true
    }

    fn how_to_list(&self) -> &'static str {
        "write each of them on its own line, such as `numpy>=1.26`"
    }

    fn has_conda(&self) -> bool {
        false
    }

    fn written_conda(&self, _: &EnvironmentFile, _: usize) -> usize {
        0
    }
}

fn broken(problem: &str) -> Diagnostic {
    let message = format!("the pins cannot be written into this file: {problem}");
    Diagnostic::error("pin-not-written", message)
        .note("no file was changed")
        .help("write one requirement per line, and report this as a bug in presolve")
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_files_are_known_by_their_names() {
        for (path, expected) in [
            ("requirements.txt", true),
            ("a/Requirements-dev.TXT", true),
            ("requirements_gpu.txt", true),
            ("dev-requirements.txt", true),
            ("requirements/base.txt", true),
            ("requirements.in", false),
            ("requirements.yml", false),
            ("constraints.txt", false),
            ("requirements/base/a.txt", false),
            ("notes.txt", false),
        ] {
            assert_eq!(is_named_so(Path::new(path)), expected, "{path}");
        }
    }
}

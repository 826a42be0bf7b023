//! Models as MLflow saves them, and projects of MLflow.
//!
//! A model is a folder with `MLmodel`. Up to three files in it say what to install:
//! `conda.yaml`, `python_env.yaml` for virtualenv, and `requirements.txt`, which
//! `python_env.yaml` includes. MLflow writes all three from the same list
//! (mlflow 2.9, `mlflow/utils/environment.py` and `mlflow/pyfunc/__init__.py`). A project is a
//! folder with `MLproject`, which names the file of its environment, or its image
//! (<https://mlflow.org/docs/latest/projects.html>).

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use pep508_rs::{PackageName, VersionOrUrl};
use yaml_serde::Value;

use crate::{azure::definition::beside, codes, spec::Spec};
use presolve_spec::{
    EnvironmentFile, PipRequirement, PipRequirementKind, Spanned,
    host::{CondaFile, Host},
    route::{Route, route},
    yaml::Tree,
};
use presolve_target::Image;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    source::SourceFile,
};

mod pins;

pub use pins::Companion;

/// The name of the file that makes a folder a model.
pub const MODEL: &str = "MLmodel";
/// The name of the file that makes a folder a project.
pub const PROJECT: &str = "MLproject";
/// The default names of the files of a model (`_CONDA_ENV_FILE_NAME` and others).
const CONDA: &str = "conda.yaml";
const PYTHON_ENV: &str = "python_env.yaml";
const REQUIREMENTS: &str = "requirements.txt";

/// A model or a project of MLflow.
#[derive(Clone)]
pub struct Model {
    tree: Arc<Tree>,
    is_project: bool,
    conda: Option<Spanned<PathBuf>>,
    python_env: Option<Spanned<PathBuf>>,
    docker_image: Option<Spanned<Image>>,
}

/// What one of the files of a model says to install.
pub struct Contents {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The version of Python, as far as the file has one.
    pub python: Option<Spanned<String>>,
    /// The projects for pip with their versions, extras and markers.
    pub pip: BTreeMap<PackageName, Spanned<String>>,
    /// The conda packages by name, which pip does not install.
    conda: Vec<String>,
}

/// Two files of a model that do not say the same.
pub struct Difference {
    /// The places of the first difference; the first one is in the file that is compared.
    pub places: Vec<Location>,
    /// One line for each difference.
    pub lines: Vec<String>,
}

impl Model {
    /// Reads `MLmodel` or `MLproject`; `None` for any other file.
    pub(crate) fn of(source: &Arc<SourceFile>) -> Option<Self> {
        let is_project = source.path().ends_with(PROJECT);
        if !is_project && !source.path().ends_with(MODEL) {
            return None;
        }
        let tree = Tree::parse(source).ok()?;
        let named = |keys: &Route<'_>| {
            let text = tree.value(keys)?.as_str()?;
            Some(Spanned {
                value: beside(source, text),
                location: tree.location(keys),
            })
        };
        let (conda, python_env) = if is_project {
            (named(&route!("conda_env")), named(&route!("python_env")))
        } else {
            let env = || route!("flavors", "python_function", "env");
            let conda = named(&env()).or_else(|| named(&env().with_key("conda")));
            (conda, named(&env().with_key("virtualenv")))
        };
        let image = || route!("docker_env", "image");
        let docker_image = tree.value(&image()).and_then(Value::as_str);
        let docker_image = docker_image.filter(|_| is_project).map(|name| Spanned {
            value: Image::parse(name.trim()),
            location: tree.location(&image()),
        });
        let mut model = Self {
            tree: Arc::new(tree),
            is_project,
            conda,
            python_env,
            docker_image,
        };
        if !is_project {
            // Models of other flavours have the files without naming them.
            model.conda = model.conda.take().or_else(|| model.usual(CONDA));
            model.python_env = model.python_env.take().or_else(|| model.usual(PYTHON_ENV));
        }
        Some(model)
    }

    /// The model whose conda file or requirements file this is; `None` for any other file.
    pub(crate) fn around(file: &Arc<SourceFile>) -> Option<Self> {
        let path = file.path().with_file_name(MODEL);
        let is_there = file.fence().has_file(&path);
        let model = Self::of(&is_there.then(|| file.read_named(path))?.ok()?)?;
        let own = std::fs::canonicalize(file.path()).ok()?;
        let named = [model.conda()?.value.clone(), model.requirements()];
        let mut named = named
            .iter()
            .filter_map(|path| std::fs::canonicalize(path).ok());
        named.any(|path| path == own).then_some(model)
    }

    /// The file next to this one with the default name, if it is there.
    fn usual(&self, name: &str) -> Option<Spanned<PathBuf>> {
        let value = beside(self.source(), name);
        let is_there = self.source().fence().has_file(&value);
        is_there.then(|| Spanned {
            value,
            location: self.start(),
        })
    }

    /// `MLmodel` or `MLproject`.
    pub fn source(&self) -> &Arc<SourceFile> {
        self.tree.source()
    }

    /// Whether it names an environment, or has one next to it.
    pub fn has_environment(&self) -> bool {
        self.conda.is_some() || self.python_env.is_some() || self.docker_image.is_some()
    }

    /// The image in which a project runs. MLflow installs nothing in it.
    pub fn docker_image(&self) -> Option<Spanned<Image>> {
        self.docker_image.clone()
    }

    /// Whether it is a project, whose files MLflow does not write.
    pub fn is_project(&self) -> bool {
        self.is_project
    }

    /// The names that the conda file declares, for conda and for pip; `None` if it cannot be
    /// read.
    fn declared(&self) -> Option<Contents> {
        let conda = self.conda.as_ref()?;
        let source = self.source().read_named(&conda.value).ok()?;
        Contents::of_conda_file(&source)
    }

    /// The place of the first line.
    pub fn start(&self) -> Location {
        let length = self.source().text().lines().next().map_or(0, str::len);
        self.tree.at(0..length)
    }

    /// The conda file, with the place that names it.
    pub fn conda(&self) -> Option<&Spanned<PathBuf>> {
        self.conda.as_ref()
    }

    /// The paths of all files that say what to install, even those that do not exist.
    pub fn files(&self) -> Vec<PathBuf> {
        let named = self.conda.iter().chain(&self.python_env);
        let named = named.map(|file| file.value.clone());
        named.chain([self.requirements()]).collect()
    }

    fn requirements(&self) -> PathBuf {
        beside(self.source(), REQUIREMENTS)
    }

    /// The errors for files that it names and that do not exist or may not be read: the missing
    /// ones first.
    pub fn missing(&self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let (mut missing, mut outside) = (Vec::new(), Vec::new());
        for (file, name) in [
            (&self.conda, "conda file"),
            (&self.python_env, "environment file"),
        ] {
            let Some(file) = file else {
                continue;
            };
            let at = file.location.clone();
            if let Some(refused) = self.source().refusal(&file.value) {
                outside.push(refused.at(at, "named here"));
            } else if !file.value.is_file() {
                let message = format!("there is no {name} `{}`", file.value.display());
                let error = Diagnostic::error(codes::MISSING_MODEL_FILE, message)
                    .at(at, "named here")
                    .help("correct the path, or save the model again");
                missing.push(error);
            }
        }
        (missing, outside)
    }

    /// The requirements: those of the conda file.
    ///
    /// # Errors
    /// [`Failure::input`] when it has none, or the file cannot be read.
    pub(crate) fn spec(&self) -> Result<Spec, Failure> {
        let (missing, outside) = self.missing();
        if let Some(first) = missing.into_iter().chain(outside).next() {
            return Err(Failure::input(first));
        }
        let Some(conda) = &self.conda else {
            if let Some(image) = &self.docker_image {
                let message = "the MLflow project runs in an image, and has no conda file";
                let error = Diagnostic::error("no-conda-spec", message)
                    .at(image.location.clone(), "the image is used unchanged")
                    .help("give the Dockerfile from which the image is built");
                return Err(Failure::input(error));
            }
            let error =
                Diagnostic::error("no-conda-spec", "the MLflow environment has no conda file")
                    .at(self.start(), "")
                    .note(
                        "presolve solves conda files; it only compares the other files of a model",
                    )
                    .help("save the model with `conda_env`, or give a conda file");
            return Err(Failure::input(error));
        };
        let source = self.source().read_named(&conda.value)?;
        Ok(Spec {
            model: Some(self.clone()),
            ..Spec::of_conda_file(&source)
        })
    }

    /// Reads the files of a model, as far as they exist and can be read.
    pub fn contents(&self) -> Vec<Contents> {
        let read = |path: &Path| {
            let fence = self.source().fence();
            let source = fence.has_file(path).then(|| self.source().read_named(path));
            source.and_then(Result::ok)
        };
        let conda = self.conda.as_ref().and_then(|file| read(&file.value));
        let python_env = self.python_env.as_ref().and_then(|file| read(&file.value));
        let requirements = read(&self.requirements());
        let conda = conda.and_then(|file| Contents::of_conda_file(&file));
        let requirements = requirements.and_then(|file| Contents::of_requirements(self, &file));
        let python_env = python_env.and_then(|file| Contents::of_python_env(&file));
        conda
            .into_iter()
            .chain(requirements)
            .chain(python_env)
            .collect()
    }
}

impl Contents {
    fn of_conda_file(file: &Arc<SourceFile>) -> Option<Self> {
        let environment = CondaFile::default().read(file, &[]).environment?;
        let is_python = |name: String| name == "python";
        let mut lines = environment.conda.iter();
        let python = lines.find(|line| is_python(line.spec.name.to_string()));
        let python = python.and_then(|line| {
            let pinned = line.pin.as_ref().map(|pin| format!("=={}", pin.version));
            let declared = line.spec.version.as_ref().map(ToString::to_string);
            Some(Spanned {
                value: pinned.or(declared)?,
                location: line.location.clone(),
            })
        });
        let names = environment.conda.iter();
        Some(Self {
            file: Arc::clone(file),
            python,
            conda: names.map(|line| line.spec.name.to_string()).collect(),
            pip: projects(&environment),
        })
    }

    /// Reads the requirements file of a model as a pip list includes it.
    fn of_requirements(model: &Model, file: &Arc<SourceFile>) -> Option<Self> {
        let text = format!("dependencies:\n  - pip:\n    - -r {REQUIREMENTS}\n");
        let including = model.source().with_text(text);
        let environment = CondaFile::default().read(&including, &[]).environment?;
        Some(Self {
            file: Arc::clone(file),
            python: None,
            conda: Vec::new(),
            pip: projects(&environment),
        })
    }

    /// Reads the projects that `python_env.yaml` lists itself, and its Python.
    fn of_python_env(file: &Arc<SourceFile>) -> Option<Self> {
        let tree = Tree::parse(file).ok()?;
        let python = tree.root.get("python").filter(|value| !value.is_null());
        let python = python.map(|value| {
            let location = tree.location(&route!("python"));
            let written = location.text().trim_matches(['"', '\'']).to_owned();
            let value = value.as_str().map_or(written, str::to_owned);
            Spanned { value, location }
        });
        let lines = tree.root.get("dependencies").and_then(Value::as_sequence);
        let lines = lines.into_iter().flatten().enumerate();
        let named = lines.filter_map(|(index, line)| {
            let text = line.as_str()?.trim();
            let kind = presolve_spec::requirement::parse(text, Path::new("")).ok()?;
            Some((
                said(&kind, None)?,
                tree.location(&route!("dependencies", index)),
            ))
        });
        Some(Self {
            file: Arc::clone(file),
            python,
            conda: Vec::new(),
            pip: by_project(named),
        })
    }

    /// The place of the first line.
    pub fn start(&self) -> Location {
        Location {
            file: Arc::clone(&self.file),
            span: 0..self.file.text().lines().next().map_or(0, str::len),
        }
    }

    /// Whether this file lists projects for pip.
    pub fn lists_projects(&self) -> bool {
        !self.pip.is_empty()
    }

    /// Returns the difference of the projects in two files, if there is one.
    pub fn compare(&self, other: &Self) -> Option<Difference> {
        let mut difference = Difference {
            places: Vec::new(),
            lines: Vec::new(),
        };
        let (here, there) = (self.name(), other.name());
        let names = self.pip.keys().chain(other.pip.keys());
        let names: BTreeSet<&PackageName> = names.collect();
        for name in names {
            let line = match (self.pip.get(name), other.pip.get(name)) {
                (Some(one), Some(two)) if one.value == two.value => continue,
                (Some(one), Some(two)) => {
                    difference.add([Some(one), Some(two)]);
                    let (one, two) = (version(&one.value), version(&two.value));
                    format!("`{name}` is {one} in {here} and {two} in {there}")
                }
                (Some(one), None) if !other.has_conda(name) && !is_added(one) => {
                    difference.add([Some(one), None]);
                    format!("`{name}` is only in {here}")
                }
                (None, Some(two)) if !self.has_conda(name) && !is_added(two) => {
                    difference.add([None, Some(two)]);
                    format!("`{name}` is only in {there}")
                }
                _ => continue,
            };
            difference.lines.push(line);
        }
        (!difference.lines.is_empty()).then_some(difference)
    }

    /// The name of the file without its folder.
    pub fn name(&self) -> String {
        let name = self.file.path().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Whether the file names a project, for conda or for pip.
    fn declares(&self, name: &PackageName) -> bool {
        self.pip.contains_key(name) || self.has_conda(name)
    }

    fn has_conda(&self, name: &PackageName) -> bool {
        self.conda
            .iter()
            .any(|conda| conda.replace('_', "-") == name.as_ref())
    }
}

impl Difference {
    fn add(&mut self, places: [Option<&Spanned<String>>; 2]) {
        if self.places.is_empty() {
            let places = places.into_iter().flatten();
            self.places.extend(places.map(|one| one.location.clone()));
        }
    }
}

/// Whether an earlier pin added the line, because the conda file needs it indirectly.
fn is_added(said: &Spanned<String>) -> bool {
    pins::is_added(said.location.file.text(), &said.location.span)
}

/// The projects of a pip list with what it says on each.
fn projects(environment: &EnvironmentFile) -> BTreeMap<PackageName, Spanned<String>> {
    let lines = environment.pip.requirements.iter();
    let named = lines.filter_map(|line: &PipRequirement| {
        let said = said(&line.kind, line.pin.as_ref())?;
        Some((said, line.location.clone()))
    });
    by_project(named)
}

/// A line on a project.
struct Said {
    name: PackageName,
    /// Its extras and versions in one form.
    value: String,
    /// Its marker; empty if it has none.
    marker: String,
}

/// Joins what the lines of a file say on each project. A line with a marker says nothing new if
/// one without a marker says the same.
fn by_project(
    lines: impl Iterator<Item = (Said, Location)>,
) -> BTreeMap<PackageName, Spanned<String>> {
    let mut projects: BTreeMap<PackageName, (BTreeSet<(String, String)>, Location)> =
        BTreeMap::new();
    for (line, location) in lines {
        let project = projects.entry(line.name);
        let (all, _) = project.or_insert_with(|| (BTreeSet::new(), location));
        all.insert((line.value, line.marker));
    }
    let projects = projects.into_iter().map(|(name, (all, location))| {
        let has_plain = |value: &String| all.contains(&(value.clone(), String::new()));
        let said = all.iter();
        let said = said.filter(|(value, marker)| marker.is_empty() || !has_plain(value));
        let said: Vec<String> = said
            .map(|(value, marker)| format!("{value}{marker}"))
            .collect();
        let value = said.join(" and ");
        (name, Spanned { value, location })
    });
    projects.collect()
}

/// Returns what a line says on its project. A pin takes the place of the versions.
fn said(kind: &PipRequirementKind, pin: Option<&pep440_rs::Version>) -> Option<Said> {
    let PipRequirementKind::Named(requirement) = kind else {
        return None;
    };
    let mut extras: Vec<String> = requirement.extras.iter().map(ToString::to_string).collect();
    extras.sort();
    let versions = match (&requirement.version_or_url, pin) {
        (_, Some(pin)) => format!("=={pin}"),
        (None, None) => String::new(),
        (Some(VersionOrUrl::Url(url)), None) => format!("@ {url}"),
        (Some(VersionOrUrl::VersionSpecifier(specifiers)), None) => {
            let mut all: Vec<String> = specifiers.iter().map(ToString::to_string).collect();
            all.sort();
            all.join(",")
        }
    };
    let extras = match &extras[..] {
        [] => String::new(),
        extras => format!("[{}]", extras.join(",")),
    };
    let marker = requirement.marker.try_to_string();
    let marker = marker.map_or_else(String::new, |marker| format!("; {marker}"));
    Some(Said {
        name: requirement.name.clone(),
        value: format!("{extras}{versions}"),
        marker,
    })
}

/// The versions of a project for a message.
pub fn version(said: &str) -> String {
    if said.is_empty() {
        "any version".to_owned()
    } else {
        format!("`{said}`")
    }
}

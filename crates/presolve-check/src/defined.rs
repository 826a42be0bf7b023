//! The conda files and Dockerfiles that Azure ML environments name, and the environments and
//! components that jobs, components and deployments name. They are checked as separate files,
//! conda files for the images of the environments.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{changed::Changed, discover::Discovered, unnamed::likely_context};
use presolve_input::{
    Input, Kind,
    azure::{Definition, Entity, asset::BuildFiles, definition::CondaFile},
    docker::{Plan, plan::usual_context},
    mlflow::Model,
};
use presolve_target::ImageTarget;
use presolve_text::{
    files::{Fence, Fences},
    source::SourceFile,
};

/// The files to check, and the information on each from the files that name it.
pub(super) struct Defined {
    files: BTreeMap<PathBuf, Known>,
    /// The path of each file by its canonical path, because a definition may name its conda
    /// file with `..`.
    paths: HashMap<PathBuf, PathBuf>,
}

/// The information on a file from those that name it.
#[derive(Clone, Default)]
struct Known {
    /// The images that the file is for, each once.
    images: Vec<ImageTarget>,
    /// The build context, if the file is a Dockerfile.
    context: Option<PathBuf>,
    /// The definitions and Dockerfiles that name the file.
    named_by: Vec<PathBuf>,
    /// `context` is a guess.
    is_guess: bool,
    /// It is the conda file of an Azure ML environment.
    is_of_definition: bool,
    /// It is an environment that a job, a component or a deployment names.
    is_anonymous: bool,
}

impl Known {
    fn add_image(&mut self, image: ImageTarget) {
        if !self.images.contains(&image) {
            self.images.push(image);
        }
    }
}

impl Defined {
    /// Collects the files, and those that environments among them name: conda files, and
    /// Dockerfiles with the conda files that they install, and components. A conda file of
    /// several environments is checked for each of their images.
    pub(crate) fn of(found: &Discovered, fences: &Fences) -> Self {
        let mut defined = Self {
            files: BTreeMap::new(),
            paths: HashMap::new(),
        };
        for path in &found.files {
            defined.add(path.clone());
        }
        let (unnamed, named): (Vec<&PathBuf>, Vec<&PathBuf>) = found
            .files
            .iter()
            .partition(|path| found.unnamed.contains(*path));
        let mut entities = VecDeque::new();
        for path in named {
            // The check of the file reports that it cannot be read.
            let Ok(source) = SourceFile::read(path, &fences.around(path)) else {
                continue;
            };
            let input = Input::of(source);
            match &input.kind {
                Kind::Dockerfile(host) => defined.add_dockerfile(&host.plan(&input.source), None),
                Kind::Definition(definition) => defined.add_file(path, definition),
                Kind::Entity(_) => entities.push_back(input),
                Kind::Model(model) => defined.add_model(path, model),
                Kind::CondaFile | Kind::Requirements(_) | Kind::Without(_) | Kind::Refused(_) => {}
            }
        }
        let paths = entities.iter().map(|input| canonical(input.source.path()));
        let mut seen: HashSet<PathBuf> = paths.collect();
        while let Some(input) = entities.pop_front() {
            if let Kind::Entity(entity) = &input.kind {
                entities.extend(defined.add_entity(entity, &mut seen));
            }
        }
        for path in unnamed {
            defined.add_unnamed(path, &fences.around(path));
        }
        defined
    }

    /// Adds a Dockerfile that a search found, unless a definition names it.
    fn add_unnamed(&mut self, path: &Path, fence: &Fence) {
        let Ok(source) = SourceFile::read(path, fence) else {
            return;
        };
        if self.context(path).is_some() {
            return;
        }
        let context = likely_context(&source);
        self.add_dockerfile(&Plan::of(&source, &context), None);
        self.at(path.to_owned()).is_guess = true;
    }

    /// Adds a job, a component or a deployment. Returns the new files that it names, which
    /// may name others. What it must not name, its own check reports.
    fn add_entity(&mut self, entity: &Entity, seen: &mut HashSet<PathBuf>) -> Vec<Input> {
        let path = entity.source().path();
        for definition in entity.environments() {
            self.add_definition(path, definition);
        }
        let mut named = Vec::new();
        for reference in entity.files() {
            if !seen.insert(canonical(&reference.path)) {
                continue;
            }
            let opened = reference.open().ok();
            let Some(input) = opened.filter(|input| reference.fits(input)) else {
                continue;
            };
            match &input.kind {
                Kind::Without(_) => {}
                Kind::Model(model) => {
                    self.at(reference.path.clone());
                    self.add_model(&reference.path, model);
                }
                Kind::Definition(definition) => {
                    self.add_file(&reference.path, definition);
                    let known = self.at(reference.path.clone());
                    known.is_anonymous = true;
                    known.named_by.push(path.to_owned());
                }
                _ => {
                    self.at(reference.path.clone());
                    named.push(input);
                }
            }
        }
        named
    }

    /// Adds the conda file of a model or a project of MLflow.
    fn add_model(&mut self, path: &Path, model: &Model) {
        let fence = model.source().fence();
        let conda = model.conda().filter(|conda| fence.has_file(&conda.value));
        if let Some(conda) = conda {
            self.at(conda.value.clone()).named_by.push(path.to_owned());
        }
    }

    /// Adds the definition in a file of its own.
    fn add_file(&mut self, path: &Path, definition: &Definition) {
        self.add_definition(path, definition);
        self.at(path.to_owned()).add_image(definition.target());
    }

    /// Adds the files that a definition names.
    fn add_definition(&mut self, path: &Path, definition: &Definition) {
        let target = definition.target();
        if let CondaFile::Beside(_, conda) = definition.conda_file()
            && definition.has_file(&conda)
        {
            let known = self.at(conda);
            known.add_image(target);
            known.named_by.push(path.to_owned());
            known.is_of_definition = true;
        }
        if let Some(files) = BuildFiles::of(definition)
            && let Ok(dockerfile) = files.read(definition.start())
        {
            self.add_dockerfile(&Plan::of(&dockerfile, &files.context), Some(path));
        }
    }

    /// Adds a Dockerfile, which a definition may name, and the conda files that it installs.
    fn add_dockerfile(&mut self, plan: &Plan, definition: Option<&Path>) {
        let source = plan.dockerfile.source();
        let definition = definition.map(Path::to_owned);
        let known = self.at(source.path().to_owned());
        known.named_by.extend(definition.clone());
        if known.images.is_empty() {
            known.add_image(plan.target());
        }
        // A context from a definition takes precedence over the default one.
        if known.context.is_none() || plan.context != usual_context(source) {
            known.context = Some(plan.context.clone());
        }
        for conda in plan.conda_files() {
            let known = self.at(conda);
            known.add_image(plan.target());
            known.named_by.push(source.path().to_owned());
            known.named_by.extend(definition.clone());
        }
    }

    fn add(&mut self, path: PathBuf) -> &mut Known {
        let paths = self.paths.entry(canonical(&path));
        paths.or_insert_with(|| path.clone());
        self.files.entry(path).or_default()
    }

    /// Returns the entry of a file, which may exist under another path.
    fn at(&mut self, path: PathBuf) -> &mut Known {
        if self.files.contains_key(&path) {
            return self.files.entry(path).or_default();
        }
        match self.paths.get(&canonical(&path)) {
            Some(named) => self.files.entry(named.clone()).or_default(),
            None => self.add(path),
        }
    }

    /// Returns the files to check, in the order of their paths: all, or those that `changed`
    /// affects. A change in a file that names this one also counts, because it decides on the
    /// image.
    pub(crate) fn files<'d>(
        &'d self,
        changed: Option<&'d Changed>,
        fences: &'d Fences,
    ) -> impl Iterator<Item = &'d Path> {
        let is_changed = move |path: &Path, known: &Known| {
            changed.is_none_or(|changed| {
                changed.has(path, known.context.as_deref(), &fences.around(path))
                    || known.named_by.iter().any(|by| changed.is_at(by))
            })
        };
        let files = self.files.iter();
        let files = files.filter(move |(path, known)| is_changed(path, known));
        files.map(|(path, _)| path.as_path())
    }

    /// The images that a file is for, as far as they are known.
    pub(crate) fn images(&self, path: &Path) -> &[ImageTarget] {
        self.files.get(path).map_or(&[], |known| &known.images)
    }

    /// Opens a file, with its kind from the files that name it or from its content.
    pub(crate) fn open(&self, source: Arc<SourceFile>) -> Input {
        let known = self.files.get(source.path());
        let is_anonymous = known.is_some_and(|known| known.is_anonymous);
        let context = self.context(source.path());
        let input = Input::in_context(source, context);
        if is_anonymous {
            input.anonymous()
        } else {
            input
        }
    }

    /// Whether a file is the conda file of an Azure ML environment.
    pub(crate) fn is_of_definition(&self, path: &Path) -> bool {
        let known = self.files.get(path);
        known.is_some_and(|known| known.is_of_definition)
    }

    /// Whether the build context of a Dockerfile is a guess.
    pub(crate) fn is_guess(&self, path: &Path) -> bool {
        self.files.get(path).is_some_and(|known| known.is_guess)
    }

    /// The build context of a Dockerfile; `None` for any other file.
    fn context(&self, path: &Path) -> Option<&Path> {
        self.files.get(path)?.context.as_deref()
    }
}

/// Returns the path of a file with links resolved.
fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

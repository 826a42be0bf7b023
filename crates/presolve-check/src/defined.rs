//! The conda files and Dockerfiles that Azure ML environments name. They are checked as
//! separate files, for the image of the environment.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{changed::Changed, discover::Discovered, unnamed::likely_context};
use presolve_input::{
    Input, Kind,
    azure::{Definition, asset::BuildFiles, definition::CondaFile},
    docker::{Plan, plan::usual_context},
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
    /// The image that the file is for.
    image: Option<ImageTarget>,
    /// The build context, if the file is a Dockerfile.
    context: Option<PathBuf>,
    /// The definitions and Dockerfiles that name the file.
    named_by: Vec<PathBuf>,
    /// `context` is a guess.
    is_guess: bool,
    /// It is the conda file of an Azure ML environment.
    is_of_definition: bool,
}

impl Defined {
    /// Collects the files, and those that environments among them name: conda files, and
    /// Dockerfiles with the conda files that they install. A conda file of several
    /// environments is checked for the image of the first one.
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
        for path in named {
            // The check of the file reports that it cannot be read.
            let Ok(source) = SourceFile::read(path, &fences.around(path)) else {
                continue;
            };
            let input = Input::of(source);
            match &input.kind {
                Kind::Dockerfile(host) => defined.add_dockerfile(&host.plan(&input.source), None),
                Kind::Definition(definition) => defined.add_definition(path, definition),
                Kind::CondaFile | Kind::Refused(_) => {}
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

    fn add_definition(&mut self, path: &Path, definition: &Definition) {
        let target = definition.target();
        if let CondaFile::Beside(_, conda) = definition.conda_file()
            && definition.has_file(&conda)
        {
            let known = self.at(conda);
            known.image.get_or_insert_with(|| target.clone());
            known.named_by.push(path.to_owned());
            known.is_of_definition = true;
        }
        if let Some(files) = BuildFiles::of(definition)
            && let Ok(dockerfile) = files.read(definition.start())
        {
            self.add_dockerfile(&Plan::of(&dockerfile, &files.context), Some(path));
        }
        self.at(path.to_owned()).image = Some(target);
    }

    /// Adds a Dockerfile, which a definition may name, and the conda files that it installs.
    fn add_dockerfile(&mut self, plan: &Plan, definition: Option<&Path>) {
        let source = plan.dockerfile.source();
        let definition = definition.map(Path::to_owned);
        let known = self.at(source.path().to_owned());
        known.named_by.extend(definition.clone());
        known.image.get_or_insert_with(|| plan.target());
        // A context from a definition takes precedence over the default one.
        if known.context.is_none() || plan.context != usual_context(source) {
            known.context = Some(plan.context.clone());
        }
        for conda in plan.conda_files() {
            let known = self.at(conda);
            known.image.get_or_insert_with(|| plan.target());
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

    /// The image that a file is for, if it is known.
    pub(crate) fn image(&self, path: &Path) -> Option<ImageTarget> {
        self.files.get(path)?.image.clone()
    }

    /// Opens a file, with its kind from the files that name it or from its content.
    pub(crate) fn open(&self, source: Arc<SourceFile>) -> Input {
        let context = self.context(source.path());
        Input::in_context(source, context)
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

//! The environment files and Dockerfiles below a folder.

use std::{
    collections::BTreeSet,
    io::ErrorKind,
    iter,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ignore::WalkBuilder;

use super::patterns::Patterns;
use presolve_input::{
    Input, Kind, azure,
    docker::{Dockerfile, Plan, dockerfile::is_named_so, plan::usual_context},
    mlflow, stands_for,
};
use presolve_spec::yaml::Tree;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::{Fence, Fences, ReadError, TEXT_LIMIT, stand_in},
    source::SourceFile,
};

/// The files to check.
#[derive(Default)]
pub struct Discovered {
    /// The paths, sorted, each once.
    pub files: Vec<PathBuf>,
    /// The Dockerfiles that only a search below a folder found: the user named neither them
    /// nor the folder that they are in.
    pub unnamed: BTreeSet<PathBuf>,
    /// Folders and files that cannot be read, each with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// Finds the files to check for `paths`: a file itself, the definition and the Dockerfile of
/// an asset, and all environment files and Dockerfiles below a folder. The search skips
/// hidden folders, files that git ignores and matches of `exclude`, unless `paths` names
/// them.
///
/// # Errors
/// A failure if a path does not exist.
pub fn files(
    paths: &[PathBuf],
    exclude: &Patterns,
    fences: &Fences,
) -> Result<Discovered, Failure> {
    let mut found = Discovered::default();
    let mut named = BTreeSet::new();
    for path in paths {
        let kind = std::fs::metadata(path);
        if kind.as_ref().is_ok_and(std::fs::Metadata::is_dir) {
            let files = below(path, exclude, fences, None, &mut found.unreadable);
            let (own, deeper): (Vec<PathBuf>, Vec<PathBuf>) = files
                .into_iter()
                .partition(|file| file.parent() == Some(path));
            named.extend(own.iter().map(|file| shown(file)));
            let dockerfiles = deeper.iter().filter(|file| is_named_so(file));
            found.unnamed.extend(dockerfiles.map(|file| shown(file)));
            found
                .files
                .extend(own.iter().chain(&deeper).map(|file| shown(file)));
        } else if stand_in(path).is_some() {
            named.insert(path.clone());
            found.files.push(path.clone());
        } else if !kind.is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            let files = stands_for(path, &fences.around(path));
            named.extend(files.iter().cloned());
            found.files.extend(files);
        } else {
            let message = format!("there is no `{}`", path.display());
            return Err(Failure::input(
                Diagnostic::error("unreadable-file", message).help("check the path"),
            ));
        }
    }
    found.unnamed.retain(|file| !named.contains(file));
    found.files.sort();
    found.files.dedup();
    found.unreadable.sort();
    found.unreadable.dedup();
    Ok(found)
}

/// The depth to which [`nearby`] searches. Folders of environments are rarely deeper.
const NEARBY: usize = 3;

/// Returns the environment files and Dockerfiles in a folder and not far below it, for a user
/// who names none: those in the folder itself come first.
pub fn nearby(folder: &Path, fences: &Fences) -> Vec<PathBuf> {
    let none = Patterns::none();
    let found = below(folder, &none, fences, Some(NEARBY), &mut Vec::new());
    let mut found: Vec<PathBuf> = found.iter().map(|file| shown(file)).collect();
    found.sort_by_key(|file| (file.components().count(), file.clone()));
    found
}

/// Normalises a path for display and comparison.
fn shown(path: &Path) -> PathBuf {
    path.strip_prefix("./").unwrap_or(path).to_path_buf()
}

/// Returns the files below a folder, to a depth if there is one. Unreadable ones are added to
/// `unreadable`.
fn below(
    folder: &Path,
    exclude: &Patterns,
    fences: &Fences,
    depth: Option<usize>,
    unreadable: &mut Vec<(PathBuf, String)>,
) -> Vec<PathBuf> {
    let place = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    // The walk does not ask for the first folder before it reads its patterns and those above.
    let mut folders = iter::once(folder).chain(above(&place));
    if let Some(broken) = folders.find_map(|folder| broken_patterns(folder, fences)) {
        unreadable.push(broken);
        return Vec::new();
    }
    let left_out = Arc::new(Mutex::new(Vec::new()));
    let (exclude, broken) = (exclude.clone(), Arc::clone(&left_out));
    let of_walk = fences.clone();
    let walk = WalkBuilder::new(folder)
        .require_git(false)
        .hidden(false)
        .max_depth(depth)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let name = entry.file_name().to_string_lossy();
            let is_hidden = name.starts_with('.') && !(is_folder && name == CONFIGURATIONS);
            if entry.depth() > 0 && (is_hidden || exclude.has(entry.path(), is_folder)) {
                return false;
            }
            let broken_here = is_folder.then(|| broken_patterns(entry.path(), &of_walk));
            let broken_here = broken_here.flatten();
            let is_usable = broken_here.is_none();
            let mut broken = broken.lock().unwrap_or_else(PoisonError::into_inner);
            broken.extend(broken_here);
            is_usable
        })
        .build();
    let mut found = Vec::new();
    for entry in walk {
        match entry {
            Ok(entry) => found.push(entry.into_path()),
            Err(error) => unreadable.extend(refused(&error)),
        }
    }
    let mut left_out = left_out.lock().unwrap_or_else(PoisonError::into_inner);
    unreadable.append(&mut left_out);
    found.retain(|path| path.is_file());
    found.retain(|path| {
        let fence = fences.around(path);
        is_environment(path, &fence) || is_dockerfile(path, &fence)
    });
    found
}

/// The files from which the walk reads patterns in each folder.
const GITIGNORE: [&str; 2] = [".gitignore", ".ignore"];

/// The folders above one, up to the root of its repository. Their patterns apply below them.
fn above(folder: &Path) -> impl Iterator<Item = &Path> {
    let is_root = |folder: &&Path| folder.join(".git").exists();
    let root = folder.ancestors().find(is_root);
    let folders = folder.ancestors().skip(1);
    folders.take_while(move |folder| root.is_none_or(|root| folder.starts_with(root)))
}

/// Returns a folder whose pattern file is not safe to read, and the reason. The walk would
/// read any file: a link to `/dev/zero` never ends.
fn broken_patterns(folder: &Path, fences: &Fences) -> Option<(PathBuf, String)> {
    GITIGNORE.iter().find_map(|name| {
        let path = folder.join(name);
        let is_there = std::fs::symlink_metadata(&path).is_ok();
        let read = || fences.around(&path).read(&path, TEXT_LIMIT).err();
        let error = is_there.then(read).flatten();
        // A pattern file without read permission counts as empty, as in git.
        let error = error.filter(|error| !matches!(error, ReadError::Io(_)))?;
        Some((shown(folder), format!("its `{name}` is not read: {error}")))
    })
}

/// The path that the walk could not enter, and the reason; `None` if it no longer exists.
fn refused(error: &ignore::Error) -> Option<(PathBuf, String)> {
    fn path_of(error: &ignore::Error) -> Option<&Path> {
        match error {
            ignore::Error::WithPath { path, .. } => Some(path),
            ignore::Error::WithDepth { err, .. } => path_of(err),
            _ => None,
        }
    }
    let reason = error.io_error()?;
    let path = path_of(error)?;
    // The walk adds the path to the system's message, but ours already has it.
    let text = match reason.raw_os_error() {
        Some(code) => std::io::Error::from_raw_os_error(code).to_string(),
        None => reason.kind().to_string(),
    };
    (reason.kind() != ErrorKind::NotFound).then(|| (shown(path), text))
}

/// Whether a file is a Dockerfile, by its name and text, that runs conda or pip.
fn is_dockerfile(path: &Path, fence: &Fence) -> bool {
    if !is_named_so(path) {
        return false;
    }
    // The check reports a link out of the repository.
    if !fence.admits(path) {
        return true;
    }
    let Ok(source) = SourceFile::read(path, fence) else {
        return false;
    };
    let text = source.text();
    let mut programs = PROGRAMS.iter();
    programs.any(|program| text.contains(program))
        && Dockerfile::begins_one(text)
        && !is_template(text)
        && !Plan::of(&source, &usual_context(&source))
            .installs
            .is_empty()
}

/// Substrings of the names of conda, mamba, micromamba and pip.
const PROGRAMS: [&str; 3] = ["conda", "mamba", "pip"];

/// Whether a text is a template (Jinja, Go, ERB), such as `Dockerfile.template`. The
/// Dockerfile that is built is then not in the repository.
fn is_template(text: &str) -> bool {
    let marks = ["{%", "{{", "{#", "<%"];
    let mut lines = text.lines().map(str::trim_start);
    lines.any(|line| marks.iter().any(|mark| line.starts_with(mark)))
}

/// The hidden folder for run configurations of the Azure ML SDK v1.
const CONFIGURATIONS: &str = ".azureml";

/// Whether a file is an environment file or an Azure ML definition. An environment file is
/// YAML with dependencies and channels, with Python or pip among the dependencies, or with a
/// matching name and one key. A definition is YAML, `.json` or `.runconfig`.
fn is_environment(path: &Path, fence: &Fence) -> bool {
    let extension = path.extension().unwrap_or_default();
    if extension == "json" || extension == "runconfig" {
        return is_definition(path, fence);
    }
    let is_yaml = extension == "yml" || extension == "yaml";
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    if path.ends_with(mlflow::MODEL) || path.ends_with(mlflow::PROJECT) {
        return is_model(path, fence);
    }
    if is_yaml && is_entity(path, fence) {
        return true;
    }
    if !is_yaml || OTHERS.contains(&name.as_str()) || name.ends_with("conda-lock") {
        return false;
    }
    // For an unreadable or binary file, only the name counts.
    let Ok(source) = SourceFile::read(path, fence) else {
        return says_so(&name);
    };
    let has = |key| has_key(source.text(), key);
    let is_pip_only = name == "python_env" && has("python") && !has("channels");
    if FOREIGN.iter().any(|key| has(key)) || is_pip_only {
        return false;
    }
    let may_define = [
        "image",
        "build",
        "conda_file",
        "$schema",
        "python",
        "docker",
    ];
    let is_definition = || {
        azure::is_certain(&source)
            // A duplicate key hides the format of the file, and is worth a finding.
            || (has("name") && has("conda_file") && has_duplicates(&source))
    };
    if may_define.iter().any(|key| has(key)) && is_definition() {
        return true;
    }
    if says_so(&name) {
        has("dependencies") || has("channels") || misspells_dependencies(source.text())
    } else {
        has("dependencies") && (has("channels") || lists_python(source.text()))
    }
}

/// Whether a file is a model or a project of MLflow with an environment. `MLmodel` is also the
/// name of other files.
fn is_model(path: &Path, fence: &Fence) -> bool {
    let Ok(source) = SourceFile::read(path, fence) else {
        return false;
    };
    // A model that cannot be parsed is worth a finding.
    let is_broken = source.text().contains("flavors:") && Tree::parse(&source).is_err();
    let kind = Input::of(source).kind;
    is_broken || matches!(kind, Kind::Model(model) if model.has_environment())
}

/// Whether a YAML file is a job, a component or a deployment of Azure ML that has an
/// environment or leads to one.
fn is_entity(path: &Path, fence: &Fence) -> bool {
    let source = SourceFile::read(path, fence).ok();
    source.is_some_and(|source| {
        // A file that names a schema and is not YAML is worth a finding, unless it is a template.
        let is_broken = || {
            let text = source.text();
            names_schema(text) && !text.contains("{{") && Tree::parse(&source).is_err()
        };
        azure::kind::may_be_one(&source) && (azure::is_entity(&source) || is_broken())
    })
}

/// Whether a line names a schema of Azure ML.
fn names_schema(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| {
        let value = line.trim_start_matches(['"', '\'']).strip_prefix("$schema");
        value.is_some_and(|value| value.to_lowercase().contains("azureml"))
    })
}

/// The maximum size of a JSON file that is searched, in bytes. Definitions have a few
/// kilobytes, so large data files are skipped.
const LONGEST: u64 = 1 << 20;

/// Keys as they occur in the text of a JSON definition. Each definition has at least one.
const MARKS: [&str; 8] = [
    "\"condaDependencies",
    "\"userManagedDependencies\"",
    "\"baseImage",
    "\"baseDockerfile\"",
    "\"buildContext\"",
    "\"conda_file\"",
    "/environment.schema.json",
    "azuremlschemas",
];

/// Whether a file without a YAML extension defines an Azure ML environment.
fn is_definition(path: &Path, fence: &Fence) -> bool {
    let is_named = path.ends_with(azure::v1::FILE_NAME);
    let bytes = fence.read(path, LONGEST).ok();
    let source = bytes.and_then(|bytes| SourceFile::from_bytes(path, &bytes).ok());
    let Some(source) = source.map(|source| source.with_fence(fence)) else {
        return is_named;
    };
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let mut marks = MARKS.iter();
    let is_marked = !is_json || marks.any(|mark| source.text().contains(mark));
    let is_definition = || azure::is_certain(&source) || has_duplicates(&source);
    is_named || (is_marked && is_definition())
}

/// Names of YAML files about conda packages or environments in other formats: recipes of
/// conda-build and rattler-build, their variants, and projects of anaconda-project.
const OTHERS: &[&str] = &[
    "meta",
    "recipe",
    "conda_build_config",
    "variants",
    "anaconda-project",
];

/// Keys of other formats that environment files never have: Kubernetes and Helm, Docker
/// Compose, CI workflows, Ansible roles, the `python_env.yaml` of MLflow.
const FOREIGN: &[&str] = &[
    "apiVersion",
    "services",
    "jobs",
    "stages",
    "galaxy_info",
    "build_dependencies",
];

/// Whether a word of a file name means an environment: `environment-dev`, `conda_env`,
/// `myenv`; but not `envoy` or `openvpn`.
fn says_so(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    words.any(|word| {
        word.starts_with("environment")
            || word.contains("conda")
            || word.ends_with("env")
            || word == "envs"
    })
}

/// Whether a text has this key in its first column. It does not parse the file, because
/// invalid YAML is also worth a finding.
fn has_key(text: &str, key: &str) -> bool {
    text.lines().any(|line| {
        let rest = line.strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

/// Whether a mapping has the same key twice, which the reader refuses.
fn has_duplicates(source: &Arc<SourceFile>) -> bool {
    let refused = Tree::parse(source).err();
    let mut diagnostics = refused.iter().flat_map(|failure| &failure.diagnostics);
    diagnostics.any(|diagnostic| diagnostic.name == presolve_spec::codes::DUPLICATE_KEY)
}

/// Whether an entry of a list is Python or pip, in any version.
fn lists_python(text: &str) -> bool {
    let entries = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('-'));
    let mut names = entries.map(|entry| {
        let entry = entry.trim_start().trim_start_matches(['\'', '"']);
        let name = entry.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        name.into_iter().next().unwrap_or_default()
    });
    names.any(|name| name == "python" || name == "pip")
}

/// Whether a key in the first column is a misspelling of `dependencies`, which is also worth
/// a finding.
fn misspells_dependencies(text: &str) -> bool {
    text.lines().any(|line| {
        let key = line.split_once(':').map_or("", |(key, _)| key.trim_end());
        !key.starts_with([' ', '#', '-']) && strsim::jaro_winkler(key, "dependencies") > 0.9
    })
}

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
    azure,
    docker::{Dockerfile, Plan, dockerfile::is_named_so, plan::usual_context},
    stands_for,
};
use presolve_spec::yaml::Tree;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::{Fence, Fences, ReadError, TEXT_LIMIT},
    source::SourceFile,
};

/// Files to check.
#[derive(Default)]
pub struct Discovered {
    /// Their paths, sorted, each once.
    pub files: Vec<PathBuf>,
    /// The Dockerfiles among them that neither a path names nor the folder that they are
    /// in.
    pub unnamed: BTreeSet<PathBuf>,
    /// The folders and files that cannot be read, each with the reason: what is in them is
    /// not known.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// The files that `paths` stand for: a file is itself, an asset its definition and its
/// Dockerfile, a folder the environment files and Dockerfiles below it. Files that git
/// ignores and hidden folders are left out, and what `exclude` names, unless a path names
/// it itself.
///
/// # Errors
/// A failure if there is nothing at a path.
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
            let files = below(path, exclude, fences, &mut found.unreadable);
            let (own, deeper): (Vec<PathBuf>, Vec<PathBuf>) = files
                .into_iter()
                .partition(|file| file.parent() == Some(path));
            named.extend(own.iter().map(|file| shown(file)));
            let dockerfiles = deeper.iter().filter(|file| is_named_so(file));
            found.unnamed.extend(dockerfiles.map(|file| shown(file)));
            found
                .files
                .extend(own.iter().chain(&deeper).map(|file| shown(file)));
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

/// A path as it is shown, and known as one.
fn shown(path: &Path) -> PathBuf {
    path.strip_prefix("./").unwrap_or(path).to_path_buf()
}

/// The files below a folder; what cannot be read is added to `unreadable`.
fn below(
    folder: &Path,
    exclude: &Patterns,
    fences: &Fences,
    unreadable: &mut Vec<(PathBuf, String)>,
) -> Vec<PathBuf> {
    let place = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    // The walk asks for no folder itself before it reads its patterns and those above it.
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

/// The files with patterns that the walk reads in each folder.
const GITIGNORE: [&str; 2] = [".gitignore", ".ignore"];

/// The folders above one, up to the root of its repository: their patterns hold below it.
fn above(folder: &Path) -> impl Iterator<Item = &Path> {
    let is_root = |folder: &&Path| folder.join(".git").exists();
    let root = folder.ancestors().find(is_root);
    let folders = folder.ancestors().skip(1);
    folders.take_while(move |folder| root.is_none_or(|root| folder.starts_with(root)))
}

/// A folder with a file of patterns that is not read, and the reason. The walk itself would
/// read it whatever it is: a link to `/dev/zero` never ends.
fn broken_patterns(folder: &Path, fences: &Fences) -> Option<(PathBuf, String)> {
    GITIGNORE.iter().find_map(|name| {
        let path = folder.join(name);
        let is_there = std::fs::symlink_metadata(&path).is_ok();
        let read = || fences.around(&path).read(&path, TEXT_LIMIT).err();
        let error = is_there.then(read).flatten();
        // Who may not read it has no patterns, as for git.
        let error = error.filter(|error| !matches!(error, ReadError::Io(_)))?;
        Some((shown(folder), format!("its `{name}` is not read: {error}")))
    })
}

/// What the walk could not enter, and why; none for what went away meanwhile.
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
    // The walk adds the path to the text of the system, where it is said already.
    let text = match reason.raw_os_error() {
        Some(code) => std::io::Error::from_raw_os_error(code).to_string(),
        None => reason.kind().to_string(),
    };
    (reason.kind() != ErrorKind::NotFound).then(|| (shown(path), text))
}

/// Whether a file is a Dockerfile by its name and its text in which conda or pip is run.
fn is_dockerfile(path: &Path, fence: &Fence) -> bool {
    if !is_named_so(path) {
        return false;
    }
    // That a link leads out of the repository is reported when it is checked.
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

/// What the names of conda, mamba, micromamba and pip have.
const PROGRAMS: [&str; 3] = ["conda", "mamba", "pip"];

/// Whether a line is one of a template's language (Jinja, Go, ERB), as in
/// `Dockerfile.template`: what is built stands in no file then.
fn is_template(text: &str) -> bool {
    let marks = ["{%", "{{", "{#", "<%"];
    let mut lines = text.lines().map(str::trim_start);
    lines.any(|line| marks.iter().any(|mark| line.starts_with(mark)))
}

/// The hidden folder that the Azure ML SDK v1 keeps run configurations in.
const CONFIGURATIONS: &str = ".azureml";

/// Whether a file is an environment file: a YAML file with dependencies and channels, or
/// with Python or pip among the dependencies, or with a name that says so and one of the
/// keys; or the definition of an Azure ML environment, in YAML, `.json` or `.runconfig`.
fn is_environment(path: &Path, fence: &Fence) -> bool {
    let extension = path.extension().unwrap_or_default();
    if extension == "json" || extension == "runconfig" {
        return is_definition(path, fence);
    }
    let is_yaml = extension == "yml" || extension == "yaml";
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    if !is_yaml || OTHERS.contains(&name.as_str()) || name.ends_with("conda-lock") {
        return false;
    }
    // Of what cannot be read and what is not text, the name alone can tell.
    let Ok(source) = SourceFile::read(path, fence) else {
        return says_so(&name);
    };
    let has = |key| has_key(source.text(), key);
    if FOREIGN.iter().any(|key| has(key)) {
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
        azure::definition::is_environment(&source)
            // A key that stands twice hides what it is, and is worth saying.
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

/// How long a JSON file may be that is looked into, in bytes: definitions are a few
/// kilobytes, and data is not read for them.
const LONGEST: u64 = 1 << 20;

/// Keys of which a definition in JSON has one, as they stand in its text.
const MARKS: [&str; 7] = [
    "\"condaDependencies",
    "\"userManagedDependencies\"",
    "\"baseImage",
    "\"baseDockerfile\"",
    "\"buildContext\"",
    "\"conda_file\"",
    "/environment.schema.json",
];

/// Whether a file that is not YAML by its name defines an Azure ML environment.
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
    let is_definition = || azure::definition::is_environment(&source) || has_duplicates(&source);
    is_named || (is_marked && is_definition())
}

/// Names of YAML files about conda packages or environments that are something else:
/// recipes of conda-build and rattler-build, their variants, anaconda-project's.
const OTHERS: &[&str] = &[
    "meta",
    "recipe",
    "conda_build_config",
    "variants",
    "anaconda-project",
];

/// Keys that other formats have and environment files never: Kubernetes and Helm, Docker
/// Compose, CI workflows, roles of Ansible, the `python_env.yaml` of MLflow.
const FOREIGN: &[&str] = &[
    "apiVersion",
    "services",
    "jobs",
    "stages",
    "galaxy_info",
    "build_dependencies",
];

/// Whether a word of a file's name stands for an environment: `environment-dev`,
/// `conda_env`, `myenv`; not `envoy` or `openvpn`.
fn says_so(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    words.any(|word| {
        word.starts_with("environment")
            || word.contains("conda")
            || word.ends_with("env")
            || word == "envs"
    })
}

/// Whether a text has this key in its first column. The file may be no valid YAML, which
/// is worth saying, so it is not parsed for that.
fn has_key(text: &str, key: &str) -> bool {
    text.lines().any(|line| {
        let rest = line.strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

/// Whether a key stands twice in one mapping, which no reader here takes.
fn has_duplicates(source: &Arc<SourceFile>) -> bool {
    let refused = Tree::parse(source).err();
    let mut diagnostics = refused.iter().flat_map(|failure| &failure.diagnostics);
    diagnostics.any(|diagnostic| diagnostic.name == presolve_spec::codes::DUPLICATE_KEY)
}

/// Whether an entry of a list is Python or pip, in whatever version.
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

/// Whether a key in the first column is nearly `dependencies`: that is worth saying, too.
fn misspells_dependencies(text: &str) -> bool {
    text.lines().any(|line| {
        let key = line.split_once(':').map_or("", |(key, _)| key.trim_end());
        !key.starts_with([' ', '#', '-']) && strsim::jaro_winkler(key, "dependencies") > 0.9
    })
}

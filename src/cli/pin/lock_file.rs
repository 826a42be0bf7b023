//! `added = "lock"`: the packages that no line declares are in a lock file next to the environment
//! file. It is a `conda-lock.yml`, the only format that has both halves with hashes and that
//! conda-lock and micromamba install.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::super::opened::Opened;
use presolve_lock::{Format, Lock, read};
use presolve_resolve::Resolution;
use presolve_solve::Solution;
use presolve_spec::{EnvironmentFile, pin::AddedLines};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level},
    source::SourceFile,
};

/// The name that conda-lock looks for.
const USUAL_NAME: &str = "conda-lock.yml";

/// The lock file of an environment file with its new text.
pub(super) struct LockFile {
    /// The file before; empty if there is none.
    pub source: Arc<SourceFile>,
    /// Its new text.
    pub text: String,
    /// Notices for the reader of the lock file.
    pub notices: Vec<Diagnostic>,
}

/// Returns the path of the lock file of an environment file: `conda-lock.yml` for
/// `environment.yml`, and `train.conda-lock.yml` for `train.yml`.
pub(super) fn path_for(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(match &*stem {
        "environment" => USUAL_NAME.to_owned(),
        stem => format!("{stem}.{USUAL_NAME}"),
    })
}

/// Checks that a file can leave packages to a lock file.
///
/// # Errors
/// [`Failure::input`] if its kind has no place for the note on the lock file.
pub(super) fn check_place(opened: &Opened, is_one_text: bool) -> Result<(), Failure> {
    let environment = &opened.environment;
    let path = environment.source.path();
    let keeps = environment.host.keeps_requirements(&environment.source);
    let is_conda_file = keeps && environment.host.has_conda() && environment.host.is_whole_file();
    let why = if is_one_text {
        "a lock file is a second file, but only one text is written"
    } else if opened.model.is_some() {
        "the files of a model have all packages"
    } else if !is_conda_file {
        "only a conda file of its own can have a lock file"
    } else {
        return Ok(());
    };
    let message = format!("{} cannot be pinned with a lock file", path.display());
    let error = Diagnostic::error("no-lock-file", message).note(why);
    Err(Failure::input(error.help("use `--added block`")))
}

/// Adds the packages of the lock file to a file that was pinned with one. Returns the
/// differences between the two; a missing lock file is one.
///
/// # Errors
/// [`Failure::input`] if the lock file cannot be read.
pub(super) fn add(environment: &mut EnvironmentFile) -> Result<Vec<Diagnostic>, Failure> {
    let Some(locked) = environment.pinned_lock.clone() else {
        return Ok(Vec::new());
    };
    let path = path_for(environment.source.path());
    if !environment.source.fence().has_file(&path) {
        let message = format!("the lock file `{}` is missing", path.display());
        let file = environment.source.path().display();
        let missing = Diagnostic::error("missing-lock", message)
            .at(locked.location, "named here")
            .help(format!("restore it, or run `presolve pin {file}`"));
        return Ok(vec![missing]);
    }
    let source = environment.source.read_named(&path)?;
    read::add(environment, &source)
}

/// Renders the lock file of a solution.
///
/// # Errors
/// [`Failure::input`] if a line has no place in a lock file, or another tool wrote the file.
pub(super) fn render(
    environment: &EnvironmentFile,
    (resolution, solution): (&Resolution, &Solution),
) -> Result<LockFile, Failure> {
    let path = path_for(environment.source.path());
    let folder = path.parent().unwrap_or(Path::new(""));
    let written = Lock::new(environment, &[(resolution, solution)], folder)?;
    let written = written.write(Format::CondaLock)?;
    let fence = environment.source.fence();
    let source = match fence.has_file(&path) {
        true => environment.source.read_named(&path)?,
        false => SourceFile::from_text(&*path, "").with_fence(fence),
    };
    if !source.text().is_empty() && !read::is_of(environment, source.text()) {
        let message = format!("`{}` is not a lock file of presolve", path.display());
        let error = Diagnostic::error("foreign-lock", message)
            .note("`added = \"lock\"` would replace it")
            .help("delete it if nothing needs it, or use `--added block`");
        return Err(Failure::input(error));
    }
    Ok(LockFile {
        source,
        text: read::with_first_line(environment, &written.text),
        notices: written.notices,
    })
}

/// Compares the URLs and hashes of the lock file with those of a solution of the same packages.
///
/// # Errors
/// As for [`render`].
pub(super) fn other_sources(
    environment: &EnvironmentFile,
    solved: (&Resolution, &Solution),
) -> Result<Vec<Diagnostic>, Failure> {
    let lock = render(environment, solved)?;
    read::other_sources(environment, &lock.source, &lock.text)
}

/// Returns the note on a lock file that the file no longer names.
pub(super) fn left_behind(environment: &EnvironmentFile, added: AddedLines) -> Option<Diagnostic> {
    environment.pinned_lock.as_ref()?;
    let path = path_for(environment.source.path());
    if added == AddedLines::Lock || !environment.source.fence().has_file(&path) {
        return None;
    }
    let path = path.display();
    let message = format!("`{path}` no longer belongs to the pins");
    let note = Diagnostic::new(Level::Note, "unused-lock", message);
    Some(note.help(format!("delete `{path}` if nothing else needs it")))
}

/// Turns the differences that concern the lock file into those of a lock file that is out of
/// date.
pub(super) fn stale(environment: &EnvironmentFile, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let Some(_) = &environment.pinned_lock else {
        return found;
    };
    let path = path_for(environment.source.path());
    let of_lock = |one: &Diagnostic| {
        let mut labels = one.labels.iter().filter(|_| one.name != read::OTHER);
        one.name == "missing-pin" || labels.any(|label| label.location.file.path() == path)
    };
    let renamed = found.into_iter().map(|one| match of_lock(&one) {
        true => Diagnostic {
            name: "stale-lock",
            ..one
        },
        false => one,
    });
    renamed.collect()
}

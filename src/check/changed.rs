//! The files that a branch changes, as git knows them.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use super::patterns::place;
use crate::{
    azure::asset::as_dockerfile,
    diagnostic::{Diagnostic, Failure},
    spec::{environment, secrets, source::SourceFile},
};

/// Files that differ from a revision.
pub struct Changed {
    files: BTreeSet<PathBuf>,
}

impl Changed {
    /// The files in the repositories of `paths` that differ between the working tree and
    /// the commit where its branch left `revision`, and those that git does not know yet.
    ///
    /// # Errors
    /// A failure if git cannot be run, a path is in no repository, or the revision is
    /// unknown there or shares no commit with the branch.
    pub fn since(revision: &str, paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut files = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for path in paths {
            let folder = match path.is_dir() {
                true => path.clone(),
                false => place(path).parent().unwrap_or(Path::new(".")).to_path_buf(),
            };
            let root = root(&folder)?;
            if !seen.insert(root.clone()) {
                continue;
            }
            let base = base(&root, revision)?;
            let diff = [
                "diff",
                "--name-only",
                "--no-relative",
                "--diff-filter=d",
                "-z",
            ];
            let new = [
                "ls-files",
                "--others",
                "--exclude-standard",
                "--full-name",
                "-z",
            ];
            for list in [
                git(&root, &[&diff[..], &[&base]].concat())?,
                git(&root, &new)?,
            ] {
                let names = list.split('\0').filter(|name| !name.is_empty());
                files.extend(names.map(|name| place(&root.join(name))));
            }
        }
        Ok(Self { files })
    }

    /// Whether a file differs, or one that it includes.
    pub fn has(&self, path: &Path) -> bool {
        self.files.contains(&place(path))
            || included(path).iter().any(|file| self.files.contains(file))
    }
}

/// The files that the pip list of a file names.
fn included(path: &Path) -> BTreeSet<PathBuf> {
    let Ok(source) = SourceFile::read(path) else {
        return BTreeSet::new();
    };
    let source = as_dockerfile(&source).unwrap_or(source);
    let Some((environment, _)) = environment::read_as_far_as_possible(source).environment else {
        return BTreeSet::new();
    };
    let pip = &environment.pip;
    let lines = pip.requirements.iter().chain(&pip.constraints);
    lines.map(|line| place(line.location.file.path())).collect()
}

/// The folder of the working tree that a folder is in.
fn root(folder: &Path) -> Result<PathBuf, Failure> {
    let root = run(folder, &["rev-parse", "--show-toplevel"])?;
    match root {
        Ok(root) => Ok(PathBuf::from(root.trim_end_matches(['\n', '\r']))),
        Err(said) => Err(failure(
            format!("`{}` is in no git repository", folder.display()),
            &said,
            "`--changed-since` asks git which files a branch changes; leave it out to check all",
        )),
    }
}

/// The commit where the branch left a revision.
fn base(root: &Path, revision: &str) -> Result<String, Failure> {
    let commit = format!("{revision}^{{commit}}");
    let commit = run(
        root,
        &["rev-parse", "--verify", "--end-of-options", &commit],
    )?;
    let commit = commit.map_err(|said| {
        failure(
            format!("git knows no revision `{revision}`"),
            &said,
            "a shallow clone does not have it: fetch it first (`fetch-depth: 0` of actions/checkout)",
        )
    })?;
    let base = run(root, &["merge-base", commit.trim(), "HEAD"])?;
    let base = base.map_err(|said| {
        failure(
            format!("the branch shares no commit with `{revision}`"),
            &said,
            "a shallow clone may not have it: fetch the history (`fetch-depth: 0` of actions/checkout)",
        )
    })?;
    Ok(base.trim().to_owned())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let what = arguments.first().copied().unwrap_or_default();
    run(root, arguments)?.map_err(|said| {
        let message = format!("git cannot tell what changed: `git {what}` failed");
        failure(
            message,
            &said,
            "run it by hand, or leave out `--changed-since`",
        )
    })
}

/// What git prints, or what it says when it fails.
fn run(folder: &Path, arguments: &[&str]) -> Result<Result<String, String>, Failure> {
    let output = Command::new("git")
        .args([OsStr::new("-C"), folder.as_os_str()])
        .args(arguments)
        .output();
    let output = output.map_err(|error| {
        let message = format!("`git` cannot be run: {error}");
        Failure::input(
            Diagnostic::error("unknown-changes", message)
                .help("`--changed-since` needs git; leave it out to check all files"),
        )
    })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    })
}

fn failure(message: String, said: &str, help: &str) -> Failure {
    let error = Diagnostic::error("unknown-changes", message);
    let error = match said.lines().next() {
        Some(said) => error.note(format!("git says: {}", secrets::redact(said))),
        None => error,
    };
    Failure::input(error.help(help))
}

//! The files that a branch changes, according to git.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{git::Git, patterns::place};
use presolve_input::{
    Input, Kind,
    azure::{Definition, Entity, asset::BuildFiles, definition::CondaFile, v1},
    docker::{
        context::{self, within},
        host::DockerHost,
    },
};
use presolve_spec::host::{self, Host};
use presolve_text::{diagnostic::Failure, files::Fence, source::SourceFile};

const GIT: Git = Git {
    code: "unknown-changes",
    help: "leave out `--changed-since` to check all files; it gets the changed files from git",
};

/// The files that differ from a revision, including deleted ones.
pub struct Changed {
    files: BTreeSet<PathBuf>,
}

impl Changed {
    /// Finds the files in the repositories of `paths` that differ between the working tree and
    /// the commit where its branch left `revision`, and those that git does not track yet.
    ///
    /// # Errors
    /// A failure if git cannot be run, a path is not in a repository, or the revision is
    /// unknown there or shares no commit with the branch.
    pub fn since(revision: &str, paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut files = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for path in paths {
            let folder = if path.is_dir() {
                path.clone()
            } else {
                place(path).parent().unwrap_or(Path::new(".")).to_path_buf()
            };
            let root = GIT.root(&folder)?;
            if !seen.insert(root.clone()) {
                continue;
            }
            let base = base(&root, revision)?;
            // Without renames, a moved file is also reported at its old path.
            let diff = ["diff", "--name-only", "--no-relative", "--no-renames", "-z"];
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

    /// Whether a file differs, or one that it includes or names. `context` is the build
    /// context of a Dockerfile, and `None` for any other file.
    pub fn has(&self, path: &Path, context: Option<&Path>, fence: &Fence) -> bool {
        self.is_at(path)
            || named(path, context, fence)
                .iter()
                .any(|file| self.is_at(file))
    }

    /// Whether the file at a path differs, or any file below it if it is a folder.
    pub fn is_at(&self, path: &Path) -> bool {
        let path = place(path);
        // Paths are sorted by their components, so the files below a path directly follow it.
        let next = self.files.range(path.clone()..).next();
        next.is_some_and(|file| file.starts_with(path))
    }
}

/// Returns the files that a file includes or names, even those that do not exist.
fn named(path: &Path, context: Option<&Path>, fence: &Fence) -> Vec<PathBuf> {
    let Ok(source) = SourceFile::read(path, fence) else {
        return Vec::new();
    };
    let input = Input::in_context(source, context);
    match &input.kind {
        Kind::Dockerfile(host) => named_by_dockerfile(&input.source, host),
        Kind::Definition(definition) => named_by_definition(definition),
        Kind::Entity(entity) => named_by_entity(entity),
        Kind::Model(model) => model.files(),
        Kind::Requirements(host) => included(&input.source, host),
        Kind::CondaFile | Kind::Without(_) | Kind::Refused(_) => {
            included(&input.source, &host::CondaFile::default())
        }
    }
}

/// The files of its environments, and those that it names instead.
fn named_by_entity(entity: &Entity) -> Vec<PathBuf> {
    let of_parts = entity.environments().iter().flat_map(named_by_definition);
    let files = entity.files().iter().map(|file| file.path.clone());
    of_parts.chain(files).collect()
}

fn named_by_definition(definition: &Definition) -> Vec<PathBuf> {
    let mut named = match definition.conda_file() {
        CondaFile::Beside(_, conda) => vec![conda],
        CondaFile::Inline(route) => included(definition.source(), &host::CondaFile::below(route)),
        CondaFile::None | CondaFile::Remote(_) | CondaFile::Malformed(_) => Vec::new(),
    };
    named.extend(BuildFiles::of(definition).map(|files| files.dockerfile));
    named.extend(v1::beside_dockerfile(definition));
    named
}

/// The context's conda and requirements files, and missing sources of `COPY`.
fn named_by_dockerfile(source: &Arc<SourceFile>, host: &DockerHost) -> Vec<PathBuf> {
    let plan = host.plan(source);
    let mut named = plan.named_files();
    named.extend(plan.ignore_files());
    let lacking = plan.build.copies.iter();
    let lacking = lacking.filter_map(|copied| plan.lacking(copied));
    named.extend(lacking.map(|path| within(&plan.context, context::folder_of_pattern(path))));
    named.extend(included(source, host));
    named
}

/// Returns the files that a pip list includes.
fn included(source: &Arc<SourceFile>, host: &dyn Host) -> Vec<PathBuf> {
    let read = host.read(source, &[]).environment;
    read.map_or_else(Vec::new, |environment| environment.pip.files)
}

/// Returns the commit where the branch left a revision.
fn base(root: &Path, revision: &str) -> Result<String, Failure> {
    let commit = format!("{revision}^{{commit}}");
    let commit = GIT.text(
        root,
        &["rev-parse", "--verify", "--end-of-options", &commit],
    )?;
    let commit = commit.map_err(|said| {
        GIT.failure(
            format!("git does not know the revision `{revision}`"),
            &said,
            "fetch it first if this is a shallow clone (`fetch-depth: 0` of actions/checkout)",
        )
    })?;
    let base = GIT.text(root, &["merge-base", commit.trim(), "HEAD"])?;
    let base = base.map_err(|said| {
        GIT.failure(
            format!("the branch has no commit in common with `{revision}`"),
            &said,
            "fetch the history if this is a shallow clone (`fetch-depth: 0` of actions/checkout)",
        )
    })?;
    Ok(base.trim().to_owned())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let what = arguments.first().copied().unwrap_or_default();
    GIT.text(root, arguments)?.map_err(|said| {
        let message = format!("git could not list the changes: `git {what}` failed");
        GIT.failure(
            message,
            &said,
            "run it by hand, or leave out `--changed-since`",
        )
    })
}

//! A file as a commit has it, written as git does: `REV:path`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::git::Git;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::{Fence, TEXT_LIMIT, plain_path},
    source::SourceFile,
};

const GIT: Git = Git {
    code: "unknown-revision",
    help: "name a file instead of a revision",
};

/// A file at a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtRevision {
    /// The whole text, `REV:path`.
    text: String,
    /// The path in the working tree, as the user wrote it: relative to the root of the
    /// repository, or to the working directory if it begins with `./` or `../`.
    path: String,
}

impl AtRevision {
    /// Reads `REV:path`. `None` if the text is a path that exists, or has another form.
    pub fn of(path: &Path) -> Option<Self> {
        let text = path.to_str().filter(|_| !path.exists())?;
        let (revision, file) = text.split_once(':')?;
        let is_one = !revision.is_empty() && !file.is_empty();
        // A drive of Windows has one letter, and its path a separator.
        let is_drive = revision.len() == 1 && file.starts_with(['\\', '/']);
        (is_one && !is_drive).then(|| Self {
            text: text.to_owned(),
            path: file.to_owned(),
        })
    }

    /// Returns the path of the file in the working tree, relative to the working directory.
    ///
    /// # Errors
    /// [`Failure::input`] if the working directory is not in a repository.
    pub fn working_file(&self) -> Result<PathBuf, Failure> {
        if let Some(below) = self.path.strip_prefix("./") {
            return Ok(PathBuf::from(below));
        }
        if self.path.starts_with("../") {
            return Ok(PathBuf::from(&self.path));
        }
        Ok(GIT.way_up(Path::new("."))?.join(&self.path))
    }

    /// Reads the file, with its path in the working tree.
    ///
    /// # Errors
    /// [`Failure::input`] if git does not have it, or it is not a text file.
    pub fn read(&self, fence: &Fence) -> Result<Arc<SourceFile>, Failure> {
        let here = Path::new(".");
        let Some(blob) = blob(here, &self.text)? else {
            return Err(self.unknown(here)?);
        };
        Ok(SourceFile::from_bytes(self.working_file()?, &blob)?.with_fence(fence))
    }

    /// Reads the files of the commit that stand for files of the working tree. Those that the
    /// commit does not have are empty. Those outside the repository are left out.
    ///
    /// # Errors
    /// As for [`AtRevision::read`].
    pub fn read_others(&self, files: &[PathBuf]) -> Result<Vec<Arc<SourceFile>>, Failure> {
        let root = plain_path(&GIT.root(Path::new("."))?);
        let mut sources = Vec::new();
        for file in files {
            let absolute = std::path::absolute(file).unwrap_or_else(|_| file.clone());
            let absolute = plain_path(&absolute);
            let Some(inside) = absolute.strip_prefix(&root).ok().and_then(Path::to_str) else {
                continue;
            };
            let name = format!("{}:{}", self.revision(), inside.replace('\\', "/"));
            // What the commit does not have must not be read from the working tree.
            let blob = blob(&root, &name)?.unwrap_or_default();
            sources.push(SourceFile::from_bytes(file, &blob)?);
        }
        Ok(sources)
    }

    fn revision(&self) -> &str {
        self.text.split_once(':').unwrap_or_default().0
    }

    fn unknown(&self, here: &Path) -> Result<Failure, Failure> {
        GIT.root(here)?;
        let revision = self.revision();
        let commit = format!("{revision}^{{commit}}");
        let commit = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ];
        Ok(match GIT.text(here, &commit)? {
            Ok(_) => GIT.failure(
                format!("`{}` does not exist at `{revision}`", self.path),
                "",
                "write the path from the root of the repository, or begin it with `./`",
            ),
            Err(said) => GIT.failure(
                format!("git does not know the revision `{revision}`"),
                &said,
                "fetch it first if this is a shallow clone (`fetch-depth: 0` of actions/checkout)",
            ),
        })
    }
}

/// Returns the bytes of a file of a commit; `None` if git does not know it.
fn blob(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, Failure> {
    let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
    let Ok(object) = GIT.text(folder, &verify)? else {
        return Ok(None);
    };
    let object = object.trim();
    let size = GIT.text(folder, &["cat-file", "-s", object])?;
    let size = size.map_err(|said| {
        let message = format!("`{name}` is not a file");
        GIT.failure(message, &said, GIT.help)
    })?;
    if size.trim().parse().is_ok_and(|size: u64| size > TEXT_LIMIT) {
        let message = format!("`{name}` is larger than {} MiB", TEXT_LIMIT >> 20);
        let diagnostic = Diagnostic::error("unreadable-file", message);
        return Err(Failure::input(diagnostic.help("name an environment file")));
    }
    let blob = GIT.run(folder, &["cat-file", "blob", object])?;
    let blob = blob.map_err(|said| {
        let message = format!("`{name}` is not a file");
        GIT.failure(message, &said, GIT.help)
    })?;
    Ok(Some(blob))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_what_git_calls_one() {
        let path = |text: &str| AtRevision::of(Path::new(text)).map(|at| at.path);
        assert_eq!(path("main:envs/a.yml").as_deref(), Some("envs/a.yml"));
        assert_eq!(path("HEAD~1:./a.yml").as_deref(), Some("./a.yml"));
        assert_eq!(path("a.yml"), None);
        assert_eq!(path(":a.yml"), None);
        assert_eq!(path("main:"), None);
        assert_eq!(path("C:\\envs\\a.yml"), None);
    }
}

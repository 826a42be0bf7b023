//! Limits the files that another file may name.
//!
//! A pull request changes environment files, Dockerfiles and links, and presolve quotes the
//! lines that it reads. Without a fence, `-r ../../proc/self/environ` prints the secrets of the
//! CI job that checks it. So a file may only name files of its own repository.

use std::{
    fs::File,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use super::read::{self, ReadError};
use crate::variables::AllowedVariables;

/// Marks the root of a repository. Nothing in this folder is ever read: CI systems store the
/// token for the clone in `.git/config`.
const GIT: &str = ".git";

/// Number of links that are followed in a row. Linux follows 40 (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// What another file may name: files, and environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    /// The folder of the files, with links resolved; `None` if every file may be named.
    root: Option<Arc<Path>>,
    variables: AllowedVariables,
}

impl Fence {
    /// A fence that admits every file and no variable: for files that the user names, and for
    /// `--allow-outside`.
    pub fn none() -> Self {
        Self::default()
    }

    /// The fence of a file: the nearest folder above it that contains `.git`, else `folder`,
    /// else the working directory if the file is below it, else the folder of the file.
    ///
    /// The folders are those of the path as it is written: a link to a file or folder
    /// elsewhere does not move the fence there.
    pub fn around(file: &Path, folder: Option<&Path>) -> Self {
        let own = folder_of(file);
        let repository = own.ancestors().find(|folder| folder.join(GIT).exists());
        let here = crate::process::working_dir();
        // A container starts in the root of the file system, which is not a project.
        let here = here.filter(|here| own.starts_with(here) && here.parent().is_some());
        let root = repository.or(folder).or(here.as_deref()).unwrap_or(&own);
        Self {
            root: Some(Arc::from(real(root, MOST_LINKS))),
            variables: AllowedVariables::default(),
        }
    }

    /// The same fence for a file that an image build reads.
    pub fn in_build(&self) -> Self {
        Self {
            root: self.root.clone(),
            variables: AllowedVariables::in_build(),
        }
    }

    /// The variables that the file may use.
    pub fn variables(&self) -> &AllowedVariables {
        &self.variables
    }

    /// Whether a path, with all links followed, is inside the fence.
    pub fn admits(&self, path: &Path) -> bool {
        match &self.root {
            Some(root) => is_within(root, &real(path, MOST_LINKS)),
            None => true,
        }
    }

    /// Whether the path is a regular file inside the fence.
    pub fn has_file(&self, path: &Path) -> bool {
        self.admits(path) && path.is_file()
    }

    /// Whether the path is a folder inside the fence.
    pub fn has_folder(&self, path: &Path) -> bool {
        self.admits(path) && path.is_dir()
    }

    /// Reads a file inside the fence, up to `limit` bytes.
    ///
    /// # Errors
    /// [`ReadError::Outside`] if the file is outside; otherwise as for [`read::read`].
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        read::read_from(self.open(path)?, limit)
    }

    /// Opens a file inside the fence for reading.
    ///
    /// # Errors
    /// As for [`Fence::read`].
    pub fn open(&self, path: &Path) -> Result<File, ReadError> {
        let Some(root) = &self.root else {
            return read::open(path);
        };
        let outside = || ReadError::Outside(root.display().to_string());
        // The error must not reveal whether a path outside the fence exists.
        let place = real(path, MOST_LINKS);
        if !is_within(root, &place) {
            return Err(outside());
        }
        let file = read::open(&place)?;
        // A folder of the path may have been replaced by a link in the meantime.
        if real(&place, MOST_LINKS) == place {
            Ok(file)
        } else {
            Err(outside())
        }
    }

    /// The error for a path outside the fence; `None` if the path is admitted.
    pub fn refusal(&self, path: &Path) -> Option<ReadError> {
        let root = self.root.as_ref()?;
        let is_outside = !self.admits(path);
        is_outside.then(|| ReadError::Outside(root.display().to_string()))
    }
}

/// The settings for the fences of a run that reads several files.
#[derive(Clone, Debug, Default)]
pub struct Fences {
    /// `--allow-outside`: no file has a fence.
    pub allow_outside: bool,
    /// Folders that the command line names.
    pub folders: Vec<PathBuf>,
    /// `--allow-env`: the variables that files may use.
    pub variables: AllowedVariables,
}

impl Fences {
    /// The fence of one of the files of the run.
    pub fn around(&self, file: &Path) -> Fence {
        let variables = self.variables.clone();
        if self.allow_outside {
            return Fence {
                root: None,
                variables,
            };
        }
        let place = absolute(file);
        let folders = self.folders.iter();
        let folder = folders
            .filter(|folder| place.starts_with(absolute(folder)))
            .max_by_key(|folder| absolute(folder).components().count());
        Fence {
            variables,
            ..Fence::around(file, folder.map(PathBuf::as_path))
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    // `absolute` fails only for an empty path, which means the working directory.
    std::path::absolute(Path::new(".").join(path)).unwrap_or_else(|_| path.to_owned())
}

/// The absolute folder of a file. Links remain, except before a `..`: only the system can
/// resolve a `..` after a link.
fn folder_of(file: &Path) -> PathBuf {
    let path = absolute(file);
    let folder = path.parent().unwrap_or(&path);
    let parts: Vec<Component<'_>> = folder.components().collect();
    let last = parts.iter().rposition(|part| *part == Component::ParentDir);
    match last {
        Some(last) => {
            let start: PathBuf = parts[..=last].iter().collect();
            let rest: PathBuf = parts[last + 1..].iter().collect();
            real(&start, MOST_LINKS).join(rest)
        }
        None => folder.to_owned(),
    }
}

fn is_within(root: &Path, place: &Path) -> bool {
    let Ok(rest) = place.strip_prefix(root) else {
        return false;
    };
    let mut parts = rest.components();
    let is_git = |part: Component<'_>| part.as_os_str().eq_ignore_ascii_case(GIT);
    // The root of the file system is not a project: `/proc` is below it.
    let is_system = root.parent().is_none() && rest.components().count() > 1;
    !is_system && !parts.any(is_git)
}

/// Resolves all links of a path, even if the file does not exist.
fn real(path: &Path, links: usize) -> PathBuf {
    if let Ok(place) = std::fs::canonicalize(path) {
        return place;
    }
    let path = absolute(path);
    let Some(folder) = path.parent() else {
        return path;
    };
    if let (Ok(target), Some(links)) = (std::fs::read_link(&path), links.checked_sub(1)) {
        return real(&folder.join(target), links);
    }
    let folder = real(folder, links);
    match path.components().next_back() {
        Some(Component::ParentDir) => folder.parent().unwrap_or(&folder).to_owned(),
        Some(name) => folder.join(name),
        None => folder,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A repository with a file next to it.
    fn world() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["repo/.git", "repo/envs", "repo/other", "else"] {
            std::fs::create_dir_all(path(name)).expect("a folder");
        }
        for name in [
            "secret",
            "repo/.git/config",
            "repo/a.txt",
            "repo/envs/e.yml",
        ] {
            std::fs::write(path(name), "x").expect("writes");
        }
        symlink("../../secret", path("repo/envs/link")).expect("links");
        symlink("../gone", path("repo/dangling")).expect("links");
        symlink("../else", path("repo/folder")).expect("links");
        symlink("a.txt", path("repo/inner")).expect("links");
        folder
    }

    #[test]
    fn a_file_may_name_those_of_its_repository() {
        let folder = world();
        let path = |name: &str| folder.path().join(name);
        let fence = Fence::around(&path("repo/envs/e.yml"), None);
        for name in ["repo/a.txt", "repo/envs/../inner", "repo/envs/gone.txt"] {
            assert!(fence.admits(&path(name)), "{name}");
        }
        for name in [
            "secret",
            "gone",
            "repo/envs/../../secret",
            "repo/envs/link",
            "repo/dangling",
            "repo/folder/gone",
            "repo/.git/config",
            "repo/gone/../../gone",
        ] {
            assert!(!fence.admits(&path(name)), "{name}");
            assert!(
                matches!(fence.read(&path(name), 9), Err(ReadError::Outside(_))),
                "{name}"
            );
        }
        assert_eq!(fence.read(&path("repo/inner"), 9).expect("reads"), b"x");
    }

    #[test]
    fn without_a_repository_the_named_folder_counts_and_else_that_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("envs/deep")).expect("a folder");
        let file = path("envs/deep/e.yml");
        let fences = Fences {
            allow_outside: false,
            folders: vec![path(""), path("envs/./")],
            ..Fences::default()
        };
        assert!(fences.around(&file).admits(&path("envs/a.txt")));
        assert!(!fences.around(&file).admits(&path("a.txt")));
        let own = Fence::around(&file, None);
        assert!(own.admits(&path("envs/deep/a.txt")));
        assert!(!own.admits(&path("envs/a.txt")));
        let open = Fences {
            allow_outside: true,
            ..fences
        };
        assert!(open.around(&file).admits(Path::new("/etc/passwd")));
    }

    #[test]
    fn the_root_of_the_file_system_is_not_a_project() {
        let fence = Fence::around(Path::new("/no-such-environment.yml"), None);
        assert!(fence.admits(Path::new("/no-such-list.txt")));
        assert!(!fence.admits(Path::new("/proc/self/environ")));
    }
}

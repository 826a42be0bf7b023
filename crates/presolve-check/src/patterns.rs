//! Patterns in `presolve.toml`, in the syntax of `.gitignore`.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use presolve_text::diagnostic::{Diagnostic, Failure};

/// Patterns relative to the folder of their `presolve.toml`.
#[derive(Clone)]
pub struct Patterns {
    folder: PathBuf,
    patterns: Gitignore,
}

impl Patterns {
    /// No patterns, which match nothing.
    pub(crate) fn none() -> Self {
        Self {
            folder: PathBuf::new(),
            patterns: Gitignore::empty(),
        }
    }

    /// Parses the patterns of a setting. `key` is its name in messages.
    ///
    /// # Errors
    /// A failure if one of them is not a pattern.
    pub fn new<'p>(
        key: &str,
        patterns: impl IntoIterator<Item = &'p str>,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let mut builder = GitignoreBuilder::new(&folder);
        let bad = |pattern: &str, error: ignore::Error| {
            let message = format!("`{key}` cannot have `{pattern}`: {error}");
            Failure::input(Diagnostic::error("invalid-setting", message))
        };
        for pattern in patterns {
            builder
                .add_line(None, pattern)
                .map_err(|error| bad(pattern, error))?;
        }
        let patterns = builder.build().map_err(|error| bad("this", error))?;
        Ok(Self { folder, patterns })
    }

    /// Whether the patterns match a file or folder, or a folder above it. They never match a
    /// path outside their folder.
    pub fn has(&self, path: &Path, is_folder: bool) -> bool {
        let path = place(path);
        let Ok(path) = path.strip_prefix(&self.folder) else {
            return false;
        };
        !path.as_os_str().is_empty()
            && self
                .patterns
                .matched_path_or_any_parents(path, is_folder)
                .is_ignore()
    }
}

/// The absolute path of a file, the same for every spelling of its path. A link is not
/// resolved, but links in the folders above it are. The file and its folders need not exist.
pub fn place(path: &Path) -> PathBuf {
    let Some(name) = path.file_name() else {
        return std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match std::fs::canonicalize(folder) {
        Ok(folder) => folder.join(name),
        Err(_) => place(folder).join(name),
    }
}

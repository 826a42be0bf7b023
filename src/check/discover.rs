//! The environment files below a folder.

use std::path::{Path, PathBuf};

use ignore::{WalkBuilder, overrides::OverrideBuilder};

use crate::diagnostic::{Diagnostic, Failure};

/// The files that `paths` stand for, sorted, each once: a file is itself, a folder the
/// environment files below it. Files that git ignores and hidden folders are left out,
/// and what `exclude` names, unless a path names it itself.
///
/// # Errors
/// A failure if there is nothing at a path, or a pattern is none.
pub fn files(paths: &[PathBuf], exclude: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            below(path, exclude, &mut files)?;
        } else if path.exists() {
            files.push(path.clone());
        } else {
            let message = format!("there is no `{}`", path.display());
            return Err(Failure::input(
                Diagnostic::error("unreadable-file", message).help("check the path"),
            ));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn below(folder: &Path, exclude: &[String], files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let mut overrides = OverrideBuilder::new(folder);
    for pattern in exclude {
        let bad = |error: ignore::Error| {
            let message = format!("`exclude` cannot have `{pattern}`: {error}");
            Failure::input(Diagnostic::error("invalid-setting", message))
        };
        overrides.add(&format!("!{pattern}")).map_err(bad)?;
    }
    let overrides = overrides.build().map_err(|error| {
        let message = format!("`exclude` cannot be used: {error}");
        Failure::input(Diagnostic::error("invalid-setting", message))
    })?;
    let walk = WalkBuilder::new(folder)
        .overrides(overrides)
        .require_git(false)
        .build();
    // What cannot be entered is no file that could be checked.
    let found = walk.filter_map(Result::ok).map(ignore::DirEntry::into_path);
    let found = found.filter(|path| path.is_file() && is_environment(path));
    files.extend(found.map(|path| path.strip_prefix("./").unwrap_or(&path).to_path_buf()));
    Ok(())
}

/// Whether a file is an environment file: a YAML file with a list of dependencies, and
/// either a name that says so or channels.
fn is_environment(path: &Path) -> bool {
    let is_yaml = path
        .extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml");
    if !is_yaml {
        return false;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    // Lock files and recipes have other keys, and nobody writes them by hand.
    if name.ends_with("conda-lock.yml") || name == "meta.yaml" || name == "recipe.yaml" {
        return false;
    }
    let says_so = ["env", "conda"].iter().any(|word| name.contains(word));
    let Ok(bytes) = std::fs::read(path) else {
        return says_so;
    };
    let Ok(source) = crate::spec::source::SourceFile::from_bytes(path, &bytes) else {
        return says_so;
    };
    has_key(source.text(), "dependencies") && (says_so || has_key(source.text(), "channels"))
}

/// Whether a text has this key in its first column. The file may be no valid YAML, which
/// is worth saying, so it is not parsed for that.
fn has_key(text: &str, key: &str) -> bool {
    text.lines().any(|line| {
        let rest = line.strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

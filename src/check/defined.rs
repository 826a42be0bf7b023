//! The conda files that Azure ML environments name: they are checked as files of their
//! own, for the image that the environment is built on.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    azure::{Definition, Target, definition::CondaFile},
    spec::source::SourceFile,
};

/// Files to check, and for what image each of them is, if that is known.
pub(super) struct Defined {
    images: BTreeMap<PathBuf, Option<Target>>,
}

impl Defined {
    /// The files, and the conda files that environments among them name. A conda file of
    /// several environments is checked for the image of the first.
    pub fn of(files: &[PathBuf]) -> Self {
        let mut images: BTreeMap<PathBuf, Option<Target>> =
            files.iter().map(|path| (path.clone(), None)).collect();
        for path in files {
            // What cannot be read is told when the file is checked.
            let definition = SourceFile::read(path).ok();
            let Some(definition) = definition.and_then(|source| Definition::of(&source)) else {
                continue;
            };
            let target = definition.target();
            if let CondaFile::Beside(_, conda) = definition.conda_file()
                && conda.is_file()
            {
                let named = images.keys().find(|file| is_same(file, &conda)).cloned();
                let image = images.entry(named.unwrap_or(conda)).or_default();
                image.get_or_insert_with(|| target.clone());
            }
            images.insert(path.clone(), Some(target));
        }
        Self { images }
    }

    /// The files, in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.images.keys().map(PathBuf::as_path)
    }

    /// For what image a file is.
    pub fn image(&self, path: &Path) -> Option<Target> {
        self.images.get(path).cloned().flatten()
    }
}

/// Whether two paths lead to one file: a definition may name its conda file with `..`.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || matches!(
            (std::fs::canonicalize(one), std::fs::canonicalize(other)),
            (Ok(one), Ok(other)) if one == other
        )
}

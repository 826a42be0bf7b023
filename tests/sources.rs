//! The source files of the project.

use std::path::{Path, PathBuf};

/// Those below `src` and `crates`.
pub(crate) fn of_crates() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    below(&root.join("src"), &mut files);
    below(&root.join("crates"), &mut files);
    assert!(files.len() > 100);
    files
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        match entry.expect("readable").path() {
            path if path.is_dir() => below(&path, found),
            path if path.extension().is_some_and(|end| end == "rs") => found.push(path),
            _ => {}
        }
    }
}

//! The source itself: the parsers of other libraries are called in one place.

use std::path::{Path, PathBuf};

/// Calls that read text of strangers and that panic or recurse on some of it.
const CALLS: [&str; 8] = [
    "PackageName::from_str(",
    "ExtraName::from_str(",
    "Requirement::from_str(",
    "MarkerTree::from_str(",
    "VersionSpecifiers::from_str(",
    "MatchSpec::from_str(",
    "parse::<Requirement",
    "parse::<PackageName",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        match entry.expect("readable").path() {
            path if path.is_dir() => sources(&path, found),
            path if path.extension().is_some_and(|end| end == "rs") => found.push(path),
            _ => {}
        }
    }
}

#[test]
fn foreign_parsers_are_called_behind_the_boundary_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("crates"), &mut files);
    assert!(files.len() > 100);
    for file in files {
        let is_test = file.to_string_lossy().ends_with("tests.rs");
        if is_test || file.starts_with(root.join("crates/presolve-parse")) {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in CALLS {
            let message = "call `presolve_parse` instead";
            assert!(
                !code.contains(call),
                "{}: `{call}`: {message}",
                file.display()
            );
        }
    }
}

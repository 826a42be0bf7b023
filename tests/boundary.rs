//! The source itself: the parsers of other libraries are called in one place.

use std::path::Path;

use crate::sources;

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

#[test]
fn foreign_parsers_are_called_behind_the_boundary_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in sources::of_crates() {
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

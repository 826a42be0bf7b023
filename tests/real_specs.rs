//! Reads real environment files, where they are at hand, and reports what is
//! refused: nothing may panic.

use std::path::Path;

use presolve::{
    report::human::render,
    spec::{environment, source::SourceFile},
};

#[test]
fn real_files_are_read_or_refused_with_a_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is absent", folder.display());
        return;
    };
    let (mut read, mut refused) = (0, 0);
    for file in files.flatten() {
        let path = file.path();
        if path.extension().is_some_and(|extension| extension == "tsv") {
            continue;
        }
        let result = SourceFile::read(&path).and_then(environment::read);
        match result {
            Ok(environment) => {
                read += 1;
                for warning in environment.warnings {
                    println!("{}", render(&warning, false));
                }
            }
            Err(failure) => {
                refused += 1;
                for diagnostic in failure.diagnostics {
                    assert!(!diagnostic.labels.is_empty(), "{}", diagnostic.message);
                    println!("{}", render(&diagnostic, false));
                }
            }
        }
    }
    println!("{read} read, {refused} refused");
}

//! Reads real environment files, where they are at hand, and reports what is
//! refused: nothing may panic.

use std::path::Path;

use presolve::{
    files::Fence,
    source::SourceFile,
    spec::{
        EnvironmentFile, PipRequirementKind, environment,
        pin::{self, AddedLines, PinnedConda, PinnedPip, Pins},
    },
    terminal::{foreign::unstyled, human::render},
};

/// An invented answer that has every declared name and two more of each kind.
fn answer(environment: &EnvironmentFile) -> Pins {
    let conda = |name: &str| PinnedConda {
        name: name.to_owned(),
        version: "9.8.7".to_owned(),
        build: Some("h0_0".to_owned()),
        channel: None,
        hash: None,
    };
    let pip = |name: pep508_rs::PackageName| PinnedPip {
        name,
        extras: Vec::new(),
        version: pep440_rs::Version::new([9, 8, 7]),
        from_conda: false,
        hashes: Vec::new(),
    };
    let declared = environment.conda.iter().map(|r| r.spec.name.to_string());
    let named = environment
        .pip
        .requirements
        .iter()
        .filter_map(|r| match &r.kind {
            PipRequirementKind::Named(named) => Some(named.name.clone()),
            PipRequirementKind::Opaque { .. } => None,
        });
    let mut pins = Pins {
        as_of: None,
        platform: "linux-64".to_owned(),
        channels: environment
            .channels
            .iter()
            .map(|channel| channel.value.clone())
            .filter(|channel| channel != "nodefaults")
            .collect(),
        conda: declared.map(|name| conda(&name)).collect(),
        pip: named.map(pip).collect(),
        added: AddedLines::default(),
        lock: None,
    };
    pins.conda.extend([conda("aaa-new"), conda("zzz-new")]);
    if !pins.pip.is_empty() {
        let name = "zzz-new".parse().expect("a name");
        pins.pip.push(pip(name));
    }
    pins
}

#[test]
fn real_files_are_read_or_refused_with_a_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is absent", folder.display());
        return;
    };
    let (mut read, mut refused, mut pinned) = (0, 0, 0);
    for file in files.flatten() {
        let path = file.path();
        if path.extension().is_some_and(|extension| extension == "tsv") {
            continue;
        }
        let result = SourceFile::read(&path, &Fence::none()).and_then(environment::read);
        match result {
            Ok(environment) => {
                read += 1;
                let pins = answer(&environment);
                match pin::pin(&environment, &pins) {
                    Ok(changed) => {
                        let again = environment::read(environment.source.with_text(&*changed.text))
                            .and_then(|again| pin::pin(&again, &pins))
                            .expect("a pinned file can be pinned");
                        assert_eq!(again.text, changed.text, "{}", path.display());
                        pinned += 1;
                    }
                    Err(failure) => {
                        for diagnostic in failure.diagnostics {
                            println!("{}: {}", path.display(), unstyled(&render(&diagnostic)));
                        }
                    }
                }
                for warning in environment.warnings {
                    println!("{}", unstyled(&render(&warning)));
                }
            }
            Err(failure) => {
                refused += 1;
                for diagnostic in failure.diagnostics {
                    assert!(!diagnostic.labels.is_empty(), "{}", diagnostic.message);
                    println!("{}", unstyled(&render(&diagnostic)));
                }
            }
        }
    }
    println!("{read} read, {pinned} of them pinned, {refused} refused");
}

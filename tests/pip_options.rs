//! Options of requirements files, held against the same table as the real pips
//! (`tests/agreement/pip_options.py`).

use std::path::Path;

use presolve::{
    source::SourceFile,
    spec::{
        EnvironmentFile, PipRequirement,
        controls::Projects,
        host::{CondaFile, Host as _},
    },
};
const OTHER_FILES: [(&str, &str); 3] = [
    ("other.txt", "idna\n"),
    ("constraints.txt", "attrs\n"),
    ("options.txt", "--pre\n--only-binary six\n"),
];

#[test]
fn options_are_read_as_pip_reads_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("tests/agreement/pip_options.toml"));
    let table: toml::Table = table.expect("a table").parse().expect("valid");
    let cases = table["case"].as_array().expect("cases");
    assert!(cases.len() > 20);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (name, text) in OTHER_FILES {
        std::fs::write(folder.join(name), text).expect("written");
    }
    std::fs::create_dir(folder.join("project")).expect("a folder");
    for case in cases {
        let text = |key: &str| case.get(key).and_then(toml::Value::as_str);
        let file = text("file").expect("a file");
        std::fs::write(folder.join("requirements.txt"), file).expect("written");
        let environment = "dependencies:\n  - pip\n  - pip:\n      - -r requirements.txt\n";
        let source = SourceFile::from_text(folder.join("environment.yml"), environment);
        let read = CondaFile::default().read(&source, &[]).complete();
        let found = read.ok().map(|environment| written(&environment));
        // A file that pip refuses has nothing here.
        let expected = text("reads").map(|reads| {
            let mut lines: Vec<String> = reads.trim().lines().map(ToOwned::to_owned).collect();
            lines.sort();
            lines
        });
        assert_eq!(found, expected, "{:?}", text("name"));
    }
}

/// What was read, in the form of the table.
fn written(environment: &EnvironmentFile) -> Vec<String> {
    let pip = &environment.pip;
    let options = &pip.options;
    let names = |lines: &[PipRequirement]| -> Vec<String> {
        let texts = lines.iter().map(|line| line.text.clone());
        texts
            .map(|text| text.trim_start_matches("-e ").to_owned())
            .collect()
    };
    let of = |projects: &Projects| -> Vec<String> {
        let all = projects.all.then(|| ":all:".to_owned());
        let named = projects.named.iter().map(ToString::to_string);
        all.into_iter().chain(named).collect()
    };
    let settings = presolve::config::index::IndexSettings::default();
    let index = settings.with_options(options).expect("URLs");
    let indexes = index.indexes().into_iter().map(|url| {
        let is_default = url.host_str() == Some("pypi.org");
        if is_default {
            "default".to_owned()
        } else {
            url.to_string()
        }
    });
    let links = options.find_links.iter().map(|link| link.value.clone());
    let mut all_releases = options.releases.all_releases.clone();
    let pre = std::mem::take(&mut all_releases.all);
    let lists = [
        ("requirements", names(&pip.requirements)),
        ("constraints", names(&pip.constraints)),
        ("indexes", indexes.collect()),
        ("links", links.collect()),
        ("only-binary", of(&options.formats.only_binary)),
        ("no-binary", of(&options.formats.no_binary)),
        ("all-releases", of(&all_releases)),
        ("only-final", of(&options.releases.only_final)),
    ];
    let lists = lists.into_iter().filter(|(_, values)| !values.is_empty());
    let mut lines: Vec<String> = lists
        .map(|(key, values)| format!("{key}: {}", values.join(" ")))
        .collect();
    lines.extend(pre.then(|| "pre".to_owned()));
    lines.extend(options.prefer_binary.then(|| "prefer-binary".to_owned()));
    lines.sort();
    lines
}

//! The walls between the crates: what `cargo metadata` says of them is what the docs show, and
//! none reaches for what it must not know.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
    process::Command,
};

use serde_json::Value;

use crate::sources;

const PREFIX: &str = "presolve-";
const PICTURE: &str = "docs/internals/crates.md";

/// Libraries that some crates alone may use.
const ONLY: [(&str, &[&str]); 7] = [
    ("clap", &["presolve"]),
    ("indicatif", &["presolve"]),
    ("maud", &["presolve-report"]),
    ("reqwest", &["presolve-registry"]),
    ("resolvo", &["presolve-solve"]),
    (
        "tokio",
        &[
            "presolve",
            "presolve-check",
            "presolve-explain",
            "presolve-registry",
            "presolve-resolve",
        ],
    ),
    ("tracing-subscriber", &["presolve"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What each crate of the workspace depends on, tests aside.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version=1", "--no-deps", "--offline"];
    let run = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .output();
    let run = run.expect("cargo starts");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let metadata: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let of = |package: &Value| {
        let needed = list(&package["dependencies"]).into_iter();
        let needed = needed.filter(|dependency| dependency["kind"].is_null());
        needed.map(|dependency| text(&dependency["name"])).collect()
    };
    let packages = list(&metadata["packages"]);
    packages
        .iter()
        .map(|package| (text(&package["name"]), of(package)))
        .collect()
}

/// Every crate that a crate needs, directly or through others.
fn reach(all: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(next) = open.pop() {
        for needed in all.get(&next).into_iter().flatten() {
            if all.contains_key(needed) && found.insert(needed.clone()) {
                open.push(needed.clone());
            }
        }
    }
    found
}

/// The crates as a picture, without the arrows that others imply.
fn picture(all: &BTreeMap<String, BTreeSet<String>>) -> String {
    let short = |name: &str| name.strip_prefix(PREFIX).unwrap_or("presolve").to_owned();
    let mut picture = String::from(
        "# The crates\n\n\
         An arrow leads from a crate to one that it uses; arrows that others imply are left out.\n\
         `PRESOLVE_UPDATE=1 cargo test workspace` draws this page from `cargo metadata`.\n\n\
         ```mermaid\ngraph TD\n",
    );
    for (name, needed) in all {
        let own = needed.iter().filter(|needed| all.contains_key(*needed));
        let own: Vec<&String> = own.collect();
        let implied: BTreeSet<String> = own.iter().flat_map(|own| reach(all, own)).collect();
        for needed in own.iter().filter(|needed| !implied.contains(**needed)) {
            let _ = writeln!(picture, "    {} --> {}", short(name), short(needed));
        }
    }
    picture + "```\n"
}

#[test]
fn libraries_are_used_where_they_belong() {
    let all = dependencies();
    for (library, allowed) in ONLY {
        let users = all.iter().filter(|(_, needed)| needed.contains(library));
        let users: Vec<&str> = users.map(|(name, _)| name.as_str()).collect();
        assert_eq!(users, allowed, "who uses {library}");
    }
}

#[test]
fn the_solver_knows_neither_files_nor_networks() {
    let all = dependencies();
    let reached = reach(&all, "presolve-solve");
    for unknown in [
        "config", "input", "registry", "check", "words", "report", "terminal",
    ] {
        let unknown = format!("{PREFIX}{unknown}");
        assert!(!reached.contains(&unknown), "the solver reaches {unknown}");
    }
}

/// The highest number of words in one quoted text of a line.
fn words_in_a_text(line: &str) -> usize {
    let texts = line.split('"').skip(1).step_by(2);
    let words = texts.map(|text| {
        let words = text
            .split_whitespace()
            .map(|word| word.trim_matches([',', ':', ';']));
        words
            .filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic))
            .count()
    });
    words.max().unwrap_or(0)
}

#[test]
fn the_solver_has_no_sentence_for_people() {
    // "1.0 to 2.0, with gaps" is a name of versions.
    const WORDS_OF_A_NAME: usize = 3;
    let unknown = ["Diagnostic", "Failure", "ExitCode", "\"--", " --", "`--"];
    let mut files = 0;
    for file in sources::of_crates() {
        if !file.to_string_lossy().contains("presolve-solve/src/") {
            continue;
        }
        files += 1;
        let text = std::fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        // These texts are for logs and for reports of a bug.
        let is_for_logs = file.ends_with("verify.rs") || file.ends_with("model/error.rs");
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let mut before = "";
        for line in lines {
            let at = format!("{}: {line}", file.display());
            assert!(!unknown.iter().any(|word| line.contains(word)), "{at}");
            // rustfmt puts a long text below its call.
            let is_called = |call: &str| line.contains(call) || before.ends_with(call);
            let is_bug = is_called("unverified(") || is_called("expect(");
            let is_sentence = words_in_a_text(line) > WORDS_OF_A_NAME;
            assert!(!is_sentence || is_bug || is_for_logs, "{at}");
            before = line;
        }
    }
    assert!(files > 50);
}

#[test]
fn the_picture_is_the_one_that_cargo_sees() {
    let drawn = picture(&dependencies());
    let path = root().join(PICTURE);
    if std::env::var_os("PRESOLVE_UPDATE").is_some() {
        std::fs::write(&path, &drawn).expect("the picture is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == drawn,
        "{PICTURE} is not up to date; draw it with PRESOLVE_UPDATE=1:\n{drawn}"
    );
}

#[test]
fn the_guide_has_a_line_for_each_crate() {
    let guide = std::fs::read_to_string(root().join("CONTRIBUTING.md")).expect("there is one");
    for name in dependencies().keys().filter(|name| *name != "presolve") {
        let link = format!("](crates/{name}/src/lib.rs)");
        assert!(
            guide.contains(&link),
            "CONTRIBUTING.md has no link to {name}"
        );
    }
}

#[test]
fn one_file_reads_the_surroundings_of_the_process() {
    let calls = [
        "env::var",
        "env::vars",
        "env::args",
        "env::current_dir",
        "env::set_",
    ];
    for file in sources::of_crates() {
        let is_test = file.to_string_lossy().ends_with("tests.rs");
        if is_test || file.ends_with("presolve-text/src/process.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in calls {
            assert!(!code.contains(call), "{}: `{call}`", file.display());
        }
    }
}

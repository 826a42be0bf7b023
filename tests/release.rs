//! What a release needs to be the same everywhere, and what other programs read of presolve.

use std::path::{Path, PathBuf};

use regex::Regex;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files that say how to install presolve, with their paths.
fn files() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = [
        "Cargo.toml",
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "Dockerfile",
        "action.yml",
        "install.sh",
        "pyproject.toml",
    ]
    .iter()
    .map(|name| root().join(name))
    .collect();
    for folder in ["docs", "pre-commit", "recipe", ".github", ".ci"] {
        below(&root().join(folder), &mut paths);
    }
    let texts = paths.iter().filter_map(|path| {
        let name = path.strip_prefix(root()).expect("below").to_string_lossy();
        // Pictures are not UTF-8.
        let text = std::fs::read_to_string(path).ok()?;
        Some((name.into_owned(), text))
    });
    texts.collect()
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        match entry.expect("readable").path() {
            path if path.is_dir() => below(&path, found),
            path => found.push(path),
        }
    }
}

/// Every match of the first group of a pattern, with the file that has it.
fn found(pattern: &str) -> Vec<(String, String)> {
    let pattern = Regex::new(pattern).expect("a pattern");
    let mut found = Vec::new();
    for (name, text) in files() {
        for captures in pattern.captures_iter(&text) {
            found.push((name.clone(), captures[1].to_owned()));
        }
    }
    found
}

#[test]
fn the_version_is_the_same_everywhere() {
    for (pattern, least) in [
        (r"presolve==(\d[\w.]*)", 5),
        (r"presolve@v(\d[\w.]*)", 1),
        (r"rev: v(\d[\w.]*)", 3),
        (
            r#"path = "crates/presolve-[a-z]+", version = "([\w.]+)""#,
            17,
        ),
        (r"(?m)^ +VERSION: (\d[\w.]*)$", 1),
        (r#"(?m)^ *version[:=] *"?(\d+\.\d+\.\d+)"?$"#, 1),
        (r#"(?m)^version = "(.*)"$"#, 2),
    ] {
        let found = found(pattern);
        assert!(found.len() >= least, "{pattern}: {found:?}");
        for (file, version) in found {
            // The next version, in the steps of a release.
            let is_example = file == "docs/internals/release.md";
            assert!(version == VERSION || is_example, "{file}: {version}");
        }
    }
}

#[test]
fn the_address_is_the_same_everywhere() {
    let path = REPOSITORY.strip_prefix("https://github.com/");
    let (owner, name) = path.and_then(|path| path.split_once('/')).expect("a path");
    assert_eq!(name, "presolve");
    for (pattern, least) in [
        (r"github\.com/([\w-]+)/presolve\b", 8),
        (r"ghcr\.io/([\w-]+)/presolve\b", 1),
        (r"([\w-]+)\.github\.io/presolve\b", 4),
        (r"uses: ([\w-]+)/presolve@", 1),
    ] {
        let found = found(pattern);
        assert!(found.len() >= least, "{pattern}: {found:?}");
        for (file, other) in found {
            assert_eq!(other, owner, "{file}");
        }
    }
}

/// Actions are run with the permissions of the job, so a tag that someone moves is a risk.
#[test]
fn every_action_is_pinned_by_its_commit() {
    let pattern = Regex::new(r"uses: +(\S+)(.*)").expect("a pattern");
    let mut count = 0;
    for (name, text) in files() {
        let is_workflow = name.starts_with(".github") || name == "action.yml";
        for captures in pattern.captures_iter(&text).filter(|_| is_workflow) {
            if captures[1].starts_with("$/") {
                continue;
            }
            count += 1;
            let (_, commit) = captures[1].split_once('@').expect("a version");
            let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_commit, "{name}: {}", &captures[1]);
            assert!(
                captures[2].trim().starts_with("# "),
                "{name}: {}",
                &captures[0]
            );
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn the_changelog_has_a_place_for_the_next_release() {
    let changelog = read(&root().join("CHANGELOG.md"));
    assert!(
        changelog.contains("\n## Unreleased\n") || changelog.contains(&format!("## {VERSION}"))
    );
}

/// The names that `cargo binstall` makes for a target have to be those of the archives.
#[test]
fn binstall_finds_the_archives() {
    let manifest: toml::Value = toml::from_str(&read(&root().join("Cargo.toml"))).expect("TOML");
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let url = binstall["pkg-url"].as_str().expect("a URL");
    let url = url
        .replace("{ repo }", REPOSITORY)
        .replace("{ version }", VERSION)
        .replace("{ target }", "x86_64-unknown-linux-gnu")
        .replace("{ archive-suffix }", ".tar.gz");
    let archive = "presolve-x86_64-unknown-linux-gnu.tar.gz";
    assert_eq!(
        url,
        format!("{REPOSITORY}/releases/download/v{VERSION}/{archive}")
    );
    let packer = read(&root().join(".ci/archives.py"));
    assert!(packer.contains(r#"f"presolve-{name}" + (".zip" if is_windows else ".tar.gz")"#));
}

//! `explain` on files that were exported on another platform, or long ago.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Project, Run};

/// What the channel has: the name, the version, and the builds for Linux and macOS.
const PACKAGES: [(&str, &str, &str, &str); 6] = [
    ("alder", "1.0", "hl_0", "hm_0"),
    ("birch", "2.1", "hl_1", "hm_1"),
    ("cedar", "0.9", "hl_0", "hm_0"),
    ("dogwood", "3.3", "hl_2", "hm_2"),
    ("elm", "1.2", "hl_0", "hm_0"),
    ("fir", "5.0", "same_0", "same_0"),
];

/// A file with these lines, and a channel that has other builds of them.
fn project(lines: &[&str]) -> Project {
    let list = lines.iter().map(|line| format!("  - {line}\n"));
    let list: String = list.collect();
    let file = format!("channels: [./trees, nodefaults]\ndependencies:\n{list}");
    let project = Project::new(file);
    for (subdir, macos) in [("linux-64", false), ("osx-64", true)] {
        let builds = PACKAGES.map(|(name, version, linux, mac)| {
            let depends: &[&str] = if name == "birch" { &["elm <1.2"] } else { &[] };
            (name, version, if macos { mac } else { linux }, depends)
        });
        let older: &[_] = &[("elm", "1.1", "h_0", &[][..])];
        project.channel("trees", subdir, &[&builds, older].concat());
    }
    project.channel("trees", "noarch", &[]);
    project
}

fn explain(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["explain"], arguments].concat())
}

/// Lines as macOS exports them.
const EXPORTED: [&str; 5] = [
    "alder=1.0=hm_0  # the oldest",
    "cedar=0.9=hm_0",
    "dogwood=3.3=hm_2",
    "elm=1.2=hm_0",
    "fir=5.0=same_0",
];

#[test]
fn builds_of_another_platform_are_one_finding_and_one_fix() {
    let project = project(&EXPORTED);
    assert_snapshot!(explain(&project, &[]));
    let run = explain(&project, &["--apply", "1"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(project.read("environment.yml"), @"
    channels: [./trees, nodefaults]
    dependencies:
      - alder=1.0  # the oldest
      - cedar=0.9
      - dogwood=3.3
      - elm=1.2
      - fir=5.0=same_0
    ");
    assert_eq!(project.pin(&["-o", "pinned.yml"]).code, 0);
}

#[test]
fn what_clashes_without_the_builds_is_mended_with_them() {
    let project = project(&[&["birch=2.1=hm_1"], &EXPORTED[..]].concat());
    assert_snapshot!(explain(&project, &[]));
    let run = explain(&project, &["--apply", "1"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(project.pin(&["-o", "pinned.yml"]).code, 0);
}

#[test]
fn of_a_few_lines_each_is_told_with_what_there_is() {
    let run = explain(&project(&EXPORTED[..2]), &[]);
    assert!(!run.stdout.contains("gone-builds"), "{run}");
    assert!(run.stdout.contains("as build hl_0, not as `hm_0`"), "{run}");
}

#[test]
fn builds_that_no_platform_has_are_not_said_to_be_of_one() {
    let lines = EXPORTED.map(|line| line.replace("hm", "hx"));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let run = explain(&project(&lines), &[]);
    assert!(run.stdout.contains("4 lines name builds"), "{run}");
    assert!(!run.stdout.contains("exported there"), "{run}");
}

#[test]
fn every_format_tells_of_the_builds() {
    let project = project(&EXPORTED);
    let run = explain(&project, &["--format", "json", "--html", "page.html"]);
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["gone_builds"]["lines"], json!([0, 1, 2, 3]));
    assert_eq!(json["gone_builds"]["found_for"], "osx-64");
    assert_eq!(json["fixes"][0]["edits"][0]["kind"], "drop-builds");
    assert_eq!(json["least_changes"], 1);
    let page = project.read("page.html");
    assert!(
        page.contains("4 lines name builds that no channel has"),
        "{page}"
    );
}

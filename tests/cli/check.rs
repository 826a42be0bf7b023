//! `check` as a command: what it says, what it mends, and how it ends.

use insta::assert_snapshot;

use super::Project;

/// A file with a warning that can be mended.
const MENDABLE: &str = "\
# Ours.
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.10
prefix: /opt/env  # left by an export
";
const MENDED: &str = "\
# Ours.
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.10
";
/// Rules that need no other to come, so that new ones change no snapshot.
const RULES: &str = "prefix-in-file,unpinned-dependency,missing-channels";

fn check(project: &Project, arguments: &[&str]) -> super::Run {
    project.run(&[&["check", "--no-solve", "--select", RULES], arguments].concat())
}

#[test]
fn findings_of_one_kind_are_one_block() {
    let project = Project::of(&[
        "python=3.10",
        "numpy",
        "pandas",
        "pip:",
        "requests",
        "flask",
    ]);
    assert_snapshot!(check(&project, &[]));
}

#[test]
fn findings_that_say_more_than_the_place_stay_apart() {
    let project = Project::new("dependencies: [numpy, pandas]\nprefix: /opt\n");
    assert_snapshot!(check(&project, &[]));
}

#[test]
fn the_exit_code_says_what_was_found() {
    let project = Project::new(MENDABLE);
    assert_eq!(check(&project, &[]).code, 1);
    assert_eq!(check(&project, &["--exit-zero"]).code, 0);
    assert_eq!(check(&project, &["--fail-on", "error"]).code, 0);
    assert_eq!(check(&project, &["--ignore", "prefix-in-file"]).code, 0);
    assert_eq!(check(&project, &["nowhere.yml"]).code, 2);
    assert_eq!(check(&Project::new(MENDED), &[]).code, 0);
}

#[test]
fn what_cannot_be_decided_is_no_clean_file() {
    // Nothing listens there.
    let project = Project::online(MENDED);
    project.change("channel-alias", Some("'http://127.0.0.1:9/'"));
    let run = project.run(&["check", "--select", "unsolvable"]);
    assert_eq!(run.code, 3, "{run}");
    let run = project.run(&["check", "--select", "unsolvable", "--format", "junit"]);
    assert!(run.stdout.contains("<error "), "{run}");
}

#[test]
fn levels_are_settings() {
    let project = Project::new(MENDABLE);
    project.setting("[check.level]\nprefix-in-file = 'note'");
    let run = check(&project, &[]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("note[prefix-in-file]"), "{run}");
    assert_eq!(check(&project, &["--fail-on", "note"]).code, 1);
}

#[test]
fn a_rule_that_does_not_exist_is_named_with_its_nearest() {
    let project = Project::new(MENDED);
    let run = project.run(&["check", "--select", "unpined-dependency"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("did you mean `unpinned-dependency`?"),
        "{run}"
    );
    assert_eq!(
        project
            .run(&["check", "--no-solve", "--select", "all", "--exit-zero"])
            .code,
        0
    );
    assert_eq!(check(&project, &["--ignore", "all"]).code, 0);
}

#[test]
fn fixes_are_made_once_and_told() {
    let project = Project::new(MENDABLE);
    let run = check(&project, &["--fix"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.starts_with("Fixed 1 finding\n"), "{run}");
    assert_eq!(project.read("environment.yml"), MENDED);
    let run = check(&project, &["--fix"]);
    assert!(!run.stderr.contains("Fixed"), "{run}");
    assert_eq!(project.read("environment.yml"), MENDED);
    assert_eq!(project.files(), ["environment.yml", "presolve.toml"]);
}

#[test]
fn what_is_left_after_the_fixes_is_told() {
    let project = Project::new(format!("{MENDABLE}# end\n").replace("=3.10", "=3.10\n  - numpy"));
    let run = check(&project, &["--fix"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("unpinned-dependency"), "{run}");
    assert!(!run.stdout.contains("prefix-in-file"), "{run}");
}

#[test]
fn unsafe_fixes_are_made_only_if_asked_for() {
    let project = Project::new("dependencies:\n  - numpy=2\n");
    let run = check(&project, &["--fix"]);
    assert!(run.stdout.contains("`--fix --unsafe-fixes` can"), "{run}");
    assert_eq!(
        project.read("environment.yml"),
        "dependencies:\n  - numpy=2\n"
    );
    let run = check(&project, &["--fix", "--unsafe-fixes"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(project.read("environment.yml").contains("conda-forge"));
}

#[test]
fn a_diff_shows_the_fixes_and_writes_nothing() {
    let project = Project::new(MENDABLE);
    assert_snapshot!(check(&project, &["--diff"]));
    assert_eq!(project.read("environment.yml"), MENDABLE);
    assert_eq!(check(&project, &["--diff", "--exit-zero"]).code, 0);
    let run = check(&Project::new(MENDED), &["--diff"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run}");
}

#[test]
fn the_encoding_stays() {
    let encode = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let project = Project::new(encode(&crlf(MENDABLE)));
    check(&project, &["--fix"]);
    assert_eq!(project.bytes("environment.yml"), encode(&crlf(MENDED)));
}

#[test]
fn a_finding_in_an_included_file_offers_no_fix_that_is_not_made() {
    let project = Project::of(&["python=3.10", "pip:", "-r more.txt"]);
    project.write("more.txt", "requests\n");
    let run = check(&project, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let finding = &report["files"][0]["findings"][0];
    assert_eq!(finding["place"]["file"], "more.txt", "{run}");
    assert_eq!(finding["fix"], serde_json::Value::Null);
}

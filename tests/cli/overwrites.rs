//! Where pip meets what conda installed.

use insta::assert_snapshot;

use super::Project;

/// What is said of these dependencies, which can be pinned.
fn said(dependencies: &[&str]) -> String {
    let run = Project::of(dependencies).pin(&[]);
    assert_eq!(run.code, 0, "{run}");
    let lines = run.stderr.lines();
    let said: Vec<_> = lines.filter(|line| !line.starts_with("Pinned")).collect();
    said.join("\n")
}

#[test]
fn downgrades_are_named_with_both_lines() {
    assert_snapshot!(said(&[
        "python=3.12",
        "packaging=24.1",
        "pip:",
        "packaging==23.2"
    ]));
    assert_snapshot!(said(&[
        "python=3.12",
        "packaging=24.1",
        "pip:",
        "lightbolt"
    ]));
}

#[test]
fn upgrades_are_named_with_both_lines() {
    assert_snapshot!(said(&[
        "python=3.12",
        "packaging=23.2",
        "pip:",
        "packaging==24.1"
    ]));
}

#[test]
fn foreign_code_replaces_what_conda_brings() {
    let line = "packaging @ git+https://git.example/packaging";
    assert_snapshot!(said(&["python=3.12", "packaging", "pip:", line]));
}

#[test]
fn what_pip_would_upgrade_without_pins_is_said_once() {
    let project = Project::of(&["python=3.12", "packaging=23.2", "pip:", "packaging"]);
    assert_snapshot!(project.pin(&[]));
    let again = project.pin(&[]);
    assert!(!again.stderr.contains("pip-upgrades-conda"), "{again}");
    // Something else keeps pip from it.
    let held = said(&["python=3.12", "packaging", "pip:", "packaging", "lightbolt"]);
    assert!(!held.contains("pip-upgrades-conda"), "{held}");
}

#[test]
fn what_pip_may_fail_to_uninstall_is_named() {
    assert_snapshot!(said(&["python=3.12", "pyyaml", "pip:", "pyyaml>=6"]));
}

#[test]
fn a_name_by_the_table_is_said() {
    assert_snapshot!(said(&["python=3.12", "py-opencv", "pip:", "opencv-python"]));
}

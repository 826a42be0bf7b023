//! The helps: they are what a user sees first.

use insta::assert_snapshot;

use super::Project;

#[test]
fn of_presolve() {
    assert_snapshot!(Project::of(&[]).run(&["--help"]));
}

#[test]
fn of_pin() {
    assert_snapshot!(Project::of(&[]).run(&["pin", "--help"]));
}

#[test]
fn of_explain() {
    assert_snapshot!(Project::of(&[]).run(&["explain", "--help"]));
}

#[test]
fn of_check() {
    assert_snapshot!(Project::of(&[]).run(&["check", "--help"]));
}

#[test]
fn of_context() {
    assert_snapshot!(Project::of(&[]).run(&["context", "--help"]));
}

#[test]
fn of_rule() {
    assert_snapshot!(Project::of(&[]).run(&["rule", "--help"]));
}

#[test]
fn of_diagnose() {
    assert_snapshot!(Project::of(&[]).run(&["diagnose", "--help"]));
}

#[test]
fn of_diff() {
    assert_snapshot!(Project::of(&[]).run(&["diff", "--help"]));
}

#[test]
fn of_outdated() {
    assert_snapshot!(Project::of(&[]).run(&["outdated", "--help"]));
}

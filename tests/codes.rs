//! The names of diagnostics and rules: each is written once, and none is that of another.

use std::{collections::HashSet, path::Path};

use presolve::{diagnose, input, rules, spec, words};

use crate::sources;

/// The lists of the names that readers report and rules look for.
const CODES: [&[&str]; 3] = [spec::codes::ALL, input::codes::ALL, words::codes::ALL];

#[test]
fn a_name_is_of_one_rule_and_of_one_list() {
    let mut seen = HashSet::new();
    for rule in rules::all() {
        assert!(seen.insert(rule.name), "two rules are named {}", rule.name);
    }
    let mut listed = HashSet::new();
    for code in CODES.into_iter().flatten() {
        assert!(listed.insert(code), "{code} is in two lists");
        assert!(seen.contains(code), "{code} is not a rule");
    }
}

#[test]
fn a_name_is_of_one_problem_of_logs() {
    let mut seen = HashSet::new();
    for problem in diagnose::all() {
        let is_new = seen.insert(problem.name);
        assert!(is_new, "two problems are named {}", problem.name);
    }
}

/// Names of one word are also words.
#[test]
fn a_name_of_a_rule_is_written_once() {
    let names: HashSet<&str> = rules::all()
        .map(|rule| rule.name)
        .filter(|name| name.contains('-'))
        .collect();
    let mut written: HashSet<String> = HashSet::new();
    for file in sources::of_crates() {
        // The problems of logs have names of their own, and published formats keep theirs.
        let path = file.to_string_lossy();
        let is_other = path.contains("presolve-diagnose") || path.contains("/json/");
        if is_other || Path::new(&*path).ends_with("tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let literals = code.split('"').filter(|literal| names.contains(literal));
        for literal in literals {
            let is_new = written.insert(literal.to_owned());
            assert!(is_new, "{path}: \"{literal}\" is written elsewhere, too");
        }
    }
    assert_eq!(written.len(), names.len());
}

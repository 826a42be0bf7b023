//! The names of diagnostics and rules: each is written once, and none is that of another.

use std::{collections::HashSet, path::Path, process::Command};

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

/// Flags of other tools that messages and pages name.
const FLAGS_OF_OTHERS: [&str; 13] = [
    "build-arg",
    "hash",
    "mount",
    "name",
    "no-build-isolation",
    "prefix",
    "proxy-user",
    "require-hashes",
    "secret",
    "trusted-host",
    "user",
    "validate",
    "version",
];

/// Messages name flags where the sentence is written. This holds that each is a flag of the
/// command line, so that none is left behind when a flag is renamed.
#[test]
fn a_flag_that_a_message_names_exists() {
    let commands = [
        "pin", "explain", "check", "context", "diagnose", "diff", "outdated", "rule",
    ];
    let helps = commands.map(|command| {
        let help = Command::new(env!("CARGO_BIN_EXE_presolve"))
            .args([command, "--help"])
            .output();
        String::from_utf8(help.expect("runs").stdout).expect("text")
    });
    let ours: HashSet<&str> = helps.iter().flat_map(|help| flags(help)).collect();
    assert!(ours.len() > 30, "{ours:?}");
    let writers = [
        "words", "report", "explain", "resolve", "lock", "config", "registry", "text",
    ];
    let mut named = HashSet::new();
    for file in sources::of_crates() {
        let path = file.to_string_lossy();
        let is_message = writers
            .iter()
            .any(|name| path.contains(&format!("presolve-{name}/")));
        // The shapes of secrets are patterns of other tools' commands.
        if !is_message || path.ends_with("tests.rs") || path.contains("/secrets/") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for flag in lines.flat_map(flags) {
            let exists = ours.contains(flag) || FLAGS_OF_OTHERS.contains(&flag);
            assert!(exists, "{path}: no flag is named --{flag}");
            named.insert(flag.to_owned());
        }
    }
    assert!(
        named.contains("timeout") && named.contains("force"),
        "{named:?}"
    );
}

/// The long flags of a text, without dashes.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !(char.is_ascii_lowercase() || char == '-'))
        .filter_map(|word| word.strip_prefix("--"))
        .filter(|flag| flag.starts_with(|char: char| char.is_ascii_lowercase()))
}

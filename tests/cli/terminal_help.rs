//! What presolve says of itself: completions, manual pages, version, rules, colours.

use serde_json::Value;

use super::{Project, Run, environment};

fn run(arguments: &[&str]) -> Run {
    Project::of(&[]).run(arguments)
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.code, 0, "{script}");
        for word in [
            "outdated",
            "explain",
            "exclude-newer-package",
            "stdin-filename",
        ] {
            assert!(script.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn every_command_has_a_manual_page() {
    let page = run(&["man", "pin"]);
    assert_eq!(page.code, 0, "{page}");
    assert!(page.stdout.contains(".TH PRESOLVE-PIN 1"), "{page}");
    assert!(page.stdout.contains("\\fB\\-\\-no\\-builds\\fR"), "{page}");
    let unknown = run(&["man", "pni"]);
    assert_eq!(unknown.code, 2, "{unknown}");
    let project = Project::of(&[]);
    let run = project.run(&["man", "-o", "pages"]);
    assert_eq!(run.code, 0, "{run}");
    for name in ["presolve.1", "presolve-pin.1", "presolve-man.1"] {
        let page = project.read(&format!("pages/{name}"));
        assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
    }
}

#[test]
fn the_version_is_also_json() {
    let version = run(&["version"]);
    assert!(version.stdout.starts_with("presolve 0."), "{version}");
    let json: Value =
        serde_json::from_str(&run(&["version", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["os"], std::env::consts::OS);
}

#[test]
fn rules_are_listed_by_group_with_their_level() {
    let list = run(&["rule"]).stdout;
    assert!(list.starts_with("File\n  "), "{list}");
    let line = |name: &str| {
        let start = format!("  {name} ");
        let mut lines = list.lines();
        lines
            .find(|line| line.starts_with(&start))
            .expect("listed")
            .to_owned()
    };
    let words = line("missing-channels");
    let words: Vec<&str> = words.split_whitespace().take(4).collect();
    assert_eq!(words, ["missing-channels", "warning", "fix", "The"]);
    assert!(line("classic-solver-limit").contains(" (off)  "), "{list}");
    let json: Value =
        serde_json::from_str(&run(&["rule", "--format", "json"]).stdout).expect("JSON");
    let rules = json.as_array().expect("a list");
    assert_eq!(rules.len(), presolve::rules::all().count());
    let one = run(&["rule", "missing-channels", "--format", "json"]);
    let json: Value = serde_json::from_str(&one.stdout).expect("JSON");
    assert_eq!(json[0]["group"], "Channels");
    assert_eq!(json[0]["fixable"], true);
}

#[test]
fn variables_ask_for_colours_where_no_terminal_is() {
    let project = Project::new(environment(&["python=2.0"]));
    let has_colours = |variables: &[(&str, &str)]| {
        let mut command = project.command(&["pin"]);
        command.envs(variables.iter().copied());
        let run: Run = command.output().expect("it starts").into();
        run.stderr.contains('\u{1b}')
    };
    assert!(!has_colours(&[]));
    assert!(has_colours(&[("FORCE_COLOR", "1")]));
    assert!(has_colours(&[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colours(&[("FORCE_COLOR", "0")]));
    assert!(!has_colours(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
}

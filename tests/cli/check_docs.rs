//! What is written about `check`, and what other tools read of it: all of it is true of
//! the binary.

use std::{collections::BTreeSet, path::PathBuf};

use serde_json::Value;

use super::Project;

fn file(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(path).expect("is there")
}

fn yaml(path: &str) -> yaml_serde::Value {
    yaml_serde::from_str(&file(path)).expect("YAML")
}

/// The long flags in a text, `--fix`.
fn flags(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words
        .filter(|word| word.len() > 2 && word.starts_with("--") && !word.starts_with("---"))
        .collect()
}

fn assert_known(text: &str) {
    let help = Project::of(&[]).run(&["check", "--help"]).stdout;
    let known = flags(&help);
    let used = flags(text);
    assert!(!used.is_empty(), "{text}");
    let unknown: Vec<_> = used.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?} in {text}");
}

/// The code blocks of a language in a text.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    let parts = text.split(&start).skip(1);
    parts
        .map(|part| part.split("\n```").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_hook_of_pre_commit_runs() {
    let hooks = yaml("pre-commit/.pre-commit-hooks.yaml");
    for hook in hooks.as_sequence().expect("a list") {
        let entry = hook["entry"].as_str().expect("a command");
        let mut arguments: Vec<&str> = entry.split(' ').collect();
        assert_eq!(arguments.remove(0), "presolve", "{entry}");
        let added = hook["args"].as_sequence().into_iter().flatten();
        arguments.extend(added.filter_map(|value| value.as_str()));
        if hook["pass_filenames"].as_bool() != Some(false) {
            arguments.push("environment.yml");
        }
        let project = Project::of(&["python=3.10"]);
        let run = project.run(&arguments);
        assert_eq!(run.code, 1, "{run}");
        assert!(format!("{run}").contains("environment.yml"), "{run}");
    }
}

#[test]
fn the_hook_takes_what_check_finds() {
    let hooks = yaml("pre-commit/.pre-commit-hooks.yaml");
    let pattern = |key: &str| {
        let pattern = hooks[0][key].as_str().expect("a pattern").to_owned();
        // A JSON schema is the one place where the tests have a regex engine.
        let schema = serde_json::json!({ "pattern": pattern });
        jsonschema::validator_for(&schema).expect("a pattern")
    };
    let (files, exclude) = (pattern("files"), pattern("exclude"));
    let takes = |path: &str| {
        let path = Value::from(path);
        files.is_valid(&path) && !exclude.is_valid(&path)
    };
    for path in [
        "environment.yml",
        "a/conda_env.yaml",
        "env-dev.yml",
        "myenv.yml",
        "a/conda.yaml",
    ] {
        assert!(takes(path), "{path}");
    }
    for path in [
        "envoy.yaml",
        "pubspec.yaml",
        "conda-lock.yml",
        "conda/meta.yaml",
        "env/Chart.yaml",
    ] {
        assert!(!takes(path), "{path}");
    }
}

#[test]
fn the_action_of_github_uses_what_there_is() {
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    let steps = action["runs"]["steps"].as_sequence().expect("a list");
    let scripts: Vec<&str> = steps
        .iter()
        .filter_map(|step| step["run"].as_str())
        .collect();
    let check = scripts.iter().find(|script| script.contains(" check "));
    assert_known(check.expect("a step that checks"));
    // Inputs in a script could run anything.
    assert!(scripts.iter().all(|script| !script.contains("${{")));
    assert!(
        steps
            .iter()
            .all(|step| step["run"].is_null() || step["shell"].as_str() == Some("bash"))
    );
    let text = file("action.yml");
    for (input, _) in action["inputs"].as_mapping().expect("a mapping") {
        let input = input.as_str().expect("a name");
        assert!(text.contains(&format!("inputs.{input} ")), "{input}");
    }
}

#[cfg(unix)]
#[test]
fn the_script_of_the_action_checks_what_the_inputs_say() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_sequence().expect("a list");
    let scripts = steps.iter().filter_map(|step| step["run"].as_str());
    let mut scripts = scripts.filter(|script| script.contains(" check "));
    let script = scripts.next().expect("a step that checks");
    let project = Project::of(&["python=3.10"]);
    project.write("envs/with space.yml", "dependencies:\n  - python=3.10\n");
    let run = |paths: &str, sarif: &str| {
        let program = project.command(&[]).get_program().to_owned();
        let folder = PathBuf::from(program);
        let folder = folder.parent().expect("a folder").as_os_str().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths_of_programs = std::env::join_paths(
            std::iter::once(PathBuf::from(folder)).chain(std::env::split_paths(&path)),
        );
        let output = std::process::Command::new("bash")
            .args(["-eo", "pipefail", "-c", script])
            .current_dir(project.path(""))
            .env("PATH", paths_of_programs.expect("paths"))
            .env("PATHS", paths)
            .env("ARGUMENTS", "--no-solve\n\n--select\nmissing-channels\n")
            .env("SARIF", sarif)
            .output()
            .expect("bash starts");
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8(text).expect("UTF-8"),
        )
    };
    let (code, text) = run("envs/with space.yml\n", "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("file=envs/with space.yml,line=1,"), "{text}");
    assert!(!text.contains("file=environment.yml"), "{text}");
    let (code, text) = run("envs\nenvironment.yml\n", "presolve.sarif");
    assert_eq!(code, Some(1), "{text}");
    assert!(project.read("presolve.sarif").contains("with%20space.yml"));
}

/// What GitHub's runner does with a matcher: each pattern matches one line, in this order.
#[test]
fn the_problem_matcher_reads_what_check_prints() {
    let matcher: Value = serde_json::from_str(&file("docs/ci/problem-matcher.json")).expect("JSON");
    let patterns = matcher["problemMatcher"][0]["pattern"].as_array();
    let patterns = patterns.expect("a list");
    let regex = |index: usize| {
        let text = patterns[index]["regexp"].as_str().expect("a pattern");
        regex::Regex::new(text).expect("a pattern")
    };
    let group = |index: usize, name: &str| {
        let group = patterns[index][name].as_u64().expect("a number");
        usize::try_from(group).expect("small")
    };
    let project = Project::new("dependencies:\n  - python=3.10\n");
    let run = project.run(&["check", "--no-solve", "--select", "missing-channels"]);
    let (first, second) = (regex(0), regex(1));
    let lines: Vec<&str> = run.stdout.lines().collect();
    let matches = lines.windows(2).filter_map(|pair| {
        let (head, place) = (first.captures(pair[0])?, second.captures(pair[1])?);
        Some([
            head[group(0, "severity")].to_owned(),
            head[group(0, "code")].to_owned(),
            place[group(1, "file")].to_owned(),
            place[group(1, "line")].to_owned(),
            place[group(1, "column")].to_owned(),
        ])
    });
    assert_eq!(
        matches.collect::<Vec<_>>(),
        [["warning", "missing-channels", "environment.yml", "1", "1"]],
        "{run}"
    );
}

#[test]
fn the_pages_on_checking_name_flags_that_there_are() {
    let section = file("docs/check.md") + &file("docs/ci/README.md");
    let mut count = 0;
    for language in ["console", "yaml"] {
        for block in blocks(&section, language) {
            for line in block.lines().filter(|line| line.contains("presolve check")) {
                assert_known(&format!("{line} --fix"));
                count += 1;
            }
        }
    }
    assert!(count > 3);
    for block in blocks(&section, "yaml") {
        yaml_serde::from_str::<yaml_serde::Value>(&block).expect("YAML");
    }
}

#[test]
fn the_page_of_all_rules_is_the_one_that_is_kept() {
    let run = Project::of(&[]).run(&["rule", "--all"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        file("crates/presolve-check/src/rules/README.md") == run.stdout,
        "`presolve rule --all > crates/presolve-check/src/rules/README.md` brings it up to date"
    );
}

#[test]
fn the_page_of_all_rules_has_every_example_as_it_is() {
    let page = file("crates/presolve-check/src/rules/README.md");
    let mut count = 0;
    for rule in presolve::rules::all() {
        let name = rule.name;
        let text = Project::of(&[]).run(&["rule", name]).stdout;
        assert!(page.contains(&format!("\n## {name}\n")), "{name}");
        for mark in ["yaml found", "yaml fixed", "yaml fine"] {
            for example in blocks(&text, mark) {
                assert!(page.contains(&example), "{name}:\n{example}");
                count += 1;
            }
        }
    }
    assert!(count > 8);
}

#[test]
fn a_rule_is_told_and_all_are_listed() {
    let project = Project::of(&[]);
    let run = project.run(&["rule", "unused-suppression"]);
    assert!(
        run.stdout
            .starts_with("# unused-suppression\n\n(warning)\n"),
        "{run}"
    );
    let list = project.run(&["rule"]).stdout;
    assert!(
        list.lines().count() > 8 && list.contains("unused-suppression  "),
        "{list}"
    );
    let run = project.run(&["rule", "unused-supression"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("did you mean `unused-suppression`?"),
        "{run}"
    );
}

#[test]
fn the_settings_of_the_pages_are_what_their_schema_says() {
    let project = Project::of(&["python=3.10"]);
    let schema = project.run(&["check", "--print-settings-schema"]).stdout;
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let examples = blocks(&(file("docs/settings.md") + &file("docs/check.md")), "toml");
    assert!(examples.len() > 1);
    let run = |text: &str| {
        project.write("presolve.toml", text);
        project.run(&["check", "--no-solve", "--exit-zero"])
    };
    for example in &examples {
        let value = json(example);
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let run = run(example);
        assert_eq!(run.code, 0, "{run}");
    }
    // Every key is told there, and no other is taken.
    let keys = schema["properties"].as_object().expect("a mapping").keys();
    for key in keys {
        assert!(
            examples.iter().any(|example| example.contains(key)),
            "{key}"
        );
    }
    for wrong in [
        "channel-aliases = 'x'",
        "[check]\nselects = []",
        "[check.level]\nx = 'fatal'",
        "[[check.suppress]]\nrule = 'prefix-in-file'",
        "timeout = 'long'",
    ] {
        assert!(!validator.is_valid(&json(wrong)), "{wrong}");
        let run = run(wrong);
        assert_eq!(run.code, 2, "{wrong}: {run}");
    }
}

fn json(text: &str) -> Value {
    let value: toml::Value = toml::from_str(text).expect("TOML");
    serde_json::to_value(value).expect("JSON")
}

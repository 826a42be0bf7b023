//! `explain` for programs: JSON and its schema, and the graph for Graphviz.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use insta::assert_snapshot;
use serde_json::Value;

use super::{Project, environment, fixtures};

/// A file of each kind of conflict, by what is wrong with it.
pub(super) fn unsolvable() -> Vec<(&'static str, Project)> {
    let quickstart = fixtures().join("quickstart/unsolvable.yml");
    let quickstart = std::fs::read_to_string(quickstart).expect("is there");
    let files = [
        ("python of a wheel", quickstart),
        (
            "several that do not exist",
            environment(&[
                "pythom",
                "pytorch=*=cuda*",
                "packaging=99",
                "pip:",
                "nosuchthing",
            ]),
        ),
        (
            "pip against pip",
            environment(&["python", "pip:", "packaging==24.*", "lightbolt==2.1.0"]),
        ),
        (
            "two at once",
            environment(&[
                "python=3.12",
                "pip:",
                "tomlish<1",
                "backport",
                "'lightbolt[plots]'",
            ]),
        ),
        (
            "a secret",
            environment(&["python=3.12", "pip:", "oldflow", SECRET]),
        ),
        ("odd texts", ODD.to_owned()),
    ];
    let projects = files.map(|(name, file)| {
        let project = Project::new(file);
        // The kernel and the processor of this machine must not be shown.
        let machine = "['__glibc=2.28', '__linux=5.15', '__archspec=1=x86_64']";
        project.change("virtual-packages", Some(machine));
        (name, project)
    });
    let mut projects = Vec::from(projects);
    projects.push(("several cases", several_cases()));
    projects
}

/// A conflict that is another one on each Python.
fn several_cases() -> Project {
    let file = "\
channels: [./choices, nodefaults]
dependencies:
  - tool
  - old-lib >=2
  - new-lib >=2
";
    let project = Project::new(file);
    let records: [(&str, &str, &str, &[&str]); 10] = [
        ("python", "3.9.18", "h_0", &[]),
        ("python", "3.10.13", "h_0", &[]),
        ("tool", "1.0", "py39_0", &["python 3.9.*", "old-base"]),
        ("tool", "1.0", "py310_0", &["python 3.10.*", "new-base"]),
        ("old-base", "1.0", "h_0", &["old-lib <2"]),
        ("new-base", "1.0", "h_0", &["new-lib <2"]),
        ("old-lib", "1.0", "h_0", &[]),
        ("old-lib", "2.0", "h_0", &[]),
        ("new-lib", "1.0", "h_0", &[]),
        ("new-lib", "2.0", "h_0", &[]),
    ];
    project.channel("choices", "linux-64", &records);
    project.channel("choices", "noarch", &[]);
    project
}

#[test]
fn a_conflict_that_depends_on_the_python_has_a_case_for_each() {
    let project = several_cases();
    let document = json(&project, 1);
    let cases = document["conflicts"][0]["cases"].as_array();
    let cases = cases.expect("a list").iter();
    let pythons: Vec<&str> = cases
        .map(|case| case["choice"]["versions"].as_str().expect("a version"))
        .collect();
    assert_eq!(pythons, ["3.10.13", "3.9.18"]);
    project.run(&["explain", "--html", "page.html"]);
    let page = project.read("page.html");
    assert_eq!(page.matches("<figcaption>with python").count(), 2, "{page}");
}

/// A line that must never be shown as it is.
const SECRET: &str = "'rawclay @ git+https://ci:hunter2@git.example/rawclay'";

/// Texts that a careless writer would take for its own.
const ODD: &str = "\
channels: [conda-forge, nodefaults]
dependencies:
  - pip
  - 'python >=3.12'  # <script>alert(\"&amp;\")</script> \\N 蛇
  - pip:
    - \"oldflow == 2.8.* ; python_version > '3'\"  # é & <b>
";

fn explain(project: &Project, format: &str, code: i32) -> String {
    let run = project.run(&["explain", "--format", format]);
    assert_eq!(run.code, code, "{run}");
    run.stdout
}

fn json(project: &Project, code: i32) -> Value {
    let text = explain(project, "json", code);
    serde_json::from_str(&text).expect("nothing but JSON is printed")
}

/// Where the schema is kept for those who want to read it.
fn schema_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("crates/presolve-report/src/explanation/json/v1.schema.json")
}

#[test]
fn the_schema_is_the_one_that_is_kept() {
    let run = Project::of(&[]).run(&["explain", "--print-schema"]);
    assert_eq!(run.code, 0, "{run}");
    let kept = std::fs::read_to_string(schema_file()).unwrap_or_default();
    assert!(
        kept == run.stdout,
        "`presolve explain --print-schema > {}` brings it up to date",
        schema_file().display()
    );
}

#[test]
fn what_is_written_is_what_the_schema_says() {
    let schema = std::fs::read_to_string(schema_file()).expect("is there");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut documents: Vec<(&str, Value)> = unsolvable()
        .into_iter()
        .map(|(name, project)| (name, json(&project, 1)))
        .collect();
    documents.push(("solvable", json(&Project::of(&["python"]), 0)));
    for (name, document) in &mut documents {
        let errors: Vec<String> = (validator.iter_errors(document))
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        // A schema that takes everything would say the same.
        document["conflicts"] = Value::from("none");
        assert!(!validator.is_valid(document), "{name}");
    }
}

#[test]
fn a_conflict_is_json_with_its_places() {
    let (_, project) = unsolvable().swap_remove(0);
    let mut document = json(&project, 1);
    // A better fit gives other figures.
    document["cost"] = Value::from("…");
    assert_snapshot!(serde_json::to_string_pretty(&document).expect("JSON"));
}

#[test]
fn what_does_not_exist_is_json_with_what_does() {
    let (_, project) = unsolvable().swap_remove(1);
    let document = json(&project, 1);
    let shown = [&document["conflicts"], &document["least_changes"]];
    assert_snapshot!(serde_json::to_string_pretty(&shown).expect("JSON"));
}

#[test]
fn a_solution_is_json_without_conflicts() {
    let document = json(&Project::of(&["python", "pip:", "oldflow"]), 0);
    assert_eq!(document["verdict"], "solvable");
    assert_eq!(document["conflicts"], Value::from(Vec::<Value>::new()));
    assert_eq!(document["declared"].as_array().map(Vec::len), Some(3));
    let cost = &document["cost"];
    assert_eq!(cost["prediction"]["verdict"], "fine");
    let lines = cost["lines"].as_array().expect("a list");
    assert_eq!(lines[0]["line"], 0);
    assert!(lines.iter().all(|line| line["records"].as_u64() > Some(0)));
}

#[test]
fn the_numbers_of_fixes_are_those_that_apply_takes() {
    let (_, project) = unsolvable().swap_remove(0);
    let document = json(&project, 1);
    let fixes = document["fixes"].as_array().expect("a list").clone();
    assert!(fixes.len() > 1);
    let before = project.read("environment.yml");
    for fix in &fixes {
        project.write("environment.yml", &before);
        let number = fix["number"].to_string();
        let run = project.run(&["explain", "--format", "json", "--apply", &number]);
        assert_eq!(run.code, 0, "{run}");
        let after = project.read("environment.yml");
        for edit in fix["edits"].as_array().expect("a list") {
            let before = edit["before"].as_str().expect("a line");
            assert!(!after.contains(&format!("- {before}\n")), "{after}");
            if let Some(with) = edit["with"].as_str() {
                assert!(after.contains(with), "{after}");
            }
        }
    }
}

#[test]
fn a_conflict_is_a_graph() {
    let mut all = unsolvable();
    for (name, project) in all.drain(..4) {
        assert_snapshot!(name.replace(' ', "_"), explain(&project, "dot", 1));
    }
    assert_snapshot!(explain(&Project::of(&["python"]), "dot", 0), @r#"
    digraph presolve {
      graph [rankdir=LR, fontname="Helvetica", fontsize=12, labeljust=l, nodesep=0.3, ranksep=0.6];
      node [fontname="Helvetica", fontsize=11, margin="0.15,0.08"];
      edge [fontname="Helvetica", fontsize=10];
      label="there is a solution for linux-64";
    }
    "#);
}

#[test]
fn graphviz_draws_every_graph() {
    if Command::new("dot").arg("-V").output().is_err() {
        eprintln!("skipped: Graphviz's `dot` is not on this machine");
        return;
    }
    for (name, project) in unsolvable() {
        let graph = explain(&project, "dot", 1);
        let mut dot = Command::new("dot")
            .arg("-Tsvg")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut input = dot.stdin.take().expect("piped");
        input.write_all(graph.as_bytes()).expect("it reads");
        drop(input);
        let output = dot.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.is_empty(),
            "{name}: {said}\n{graph}"
        );
        let svg = String::from_utf8_lossy(&output.stdout);
        let clusters = graph.matches("subgraph cluster_").count();
        assert!(
            clusters > 0 && svg.matches("class=\"cluster\"").count() == clusters,
            "{name}"
        );
        assert!(!svg.contains("hunter2"));
    }
}

#[test]
fn no_format_shows_a_secret() {
    let all = unsolvable();
    let (_, project) = all
        .iter()
        .find(|(name, _)| *name == "a secret")
        .expect("is there");
    for format in ["json", "dot", "human"] {
        let run = project.run(&["explain", "--format", format, "--html", "page.html"]);
        assert!(!format!("{run}").contains("hunter2"), "{run}");
        let page = project.read("page.html");
        assert!(!page.contains("hunter2") && page.contains("****"), "{page}");
    }
    assert!(explain(project, "json", 1).contains("****"));
}

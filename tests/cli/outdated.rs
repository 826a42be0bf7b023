//! `outdated`: the versions of the declared lines, and what holds them back.

use insta::assert_snapshot;
use serde_json::Value;

use super::{Project, Run};

/// Lines on both parts, of which some are not the newest.
const LINES: [&str; 7] = [
    "python=3.10",
    "numpy=1.23",
    "pandas",
    "openssl",
    "pip:",
    "oldflow==2.8.0",
    "lightbolt",
];

fn outdated(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["outdated"], arguments].concat())
}

#[test]
fn a_line_has_its_version_the_allowed_and_the_newest_one() {
    let project = Project::of(&LINES);
    let open = outdated(&project, &["--all"]);
    assert_snapshot!(open);
    project.pinned(&[]);
    let pinned = outdated(&project, &["--all"]);
    assert_snapshot!(pinned);
    assert_snapshot!(outdated(&project, &["--format", "markdown"]));
}

#[test]
fn an_older_pin_is_behind() {
    let project = Project::of(&["python=3.11", "numpy"]);
    let text = project.pinned(&[]);
    let newest = outdated(&project, &["--exit-code"]);
    assert_eq!(newest.code, 0, "{newest}");
    let older = text.replacen("numpy=2.1.1=", "numpy=1.26.4=", 1);
    assert_ne!(older, text);
    project.write("environment.yml", older);
    let run = outdated(&project, &["--exit-code"]);
    assert_eq!(run.code, 1, "{run}");
    let run = outdated(&project, &["--format", "json"]);
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let lines = json["lines"].as_array().expect("a list");
    let numpy = lines.iter().find(|line| line["name"] == "numpy");
    let numpy = numpy.expect("it is declared");
    assert_eq!(numpy["now"], "1.26.4");
    assert_eq!(numpy["allowed"], "2.1.1");
}

#[test]
fn a_file_without_a_solution_has_no_newest_version() {
    let run = outdated(&Project::of(&["python=2.0"]), &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("presolve explain"), "{run}");
}

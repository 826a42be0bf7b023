//! `check --advisories`: vulnerabilities from OSV's data, and what is not looked up.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Project, Run, check_cases::with_index, environment, server};

const RULE: &str = "--select=vulnerable-release";

fn check(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["check", "environment.yml"], arguments].concat())
}

fn advisory(id: &str, project: &str, fixed: &str) -> Value {
    json!({
        "id": id, "modified": "2024-01-01T00:00:00Z", "summary": format!("{id} opens doors"),
        "affected": [{
            "package": {"ecosystem": "PyPI", "name": project},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
        }],
    })
}

/// A file with both halves, pinned and not, and advisories for all of them.
fn with_advisories() -> Project {
    let project = Project::of(&[
        "python=3.12",
        "pytorch=2.4.1",
        "packaging=24",
        "pip:",
        "tomlish==1.2.0",
        "chartling",
    ]);
    let all = ["tomlish", "torch", "packaging", "chartling"];
    let all: Vec<Value> = (all.iter().enumerate())
        .map(|(number, name)| advisory(&format!("OSV-{number}"), name, "99"))
        .collect();
    project.write("osv/list.json", Value::from(all.clone()).to_string());
    for one in &all {
        let id = one["id"].as_str().expect("a text");
        project.write(&format!("osv/folder/deep/{id}.json"), one.to_string());
    }
    let texts: Vec<String> = all.iter().map(Value::to_string).collect();
    let names = ["a.json", "b.json", "c.json", "d.json"];
    let files: Vec<(&str, &str)> = names
        .into_iter()
        .zip(texts.iter().map(|text| &**text))
        .collect();
    project.write("osv/all.zip", crate::fuzz::zip(&files));
    project
}

#[test]
fn what_either_half_pins_is_looked_up() {
    let project = with_advisories();
    let run = check(&project, &[RULE, "--advisories=osv/all.zip"]);
    assert_snapshot!(run);
    for place in ["osv/list.json", "osv/folder"] {
        let other = check(&project, &[RULE, "--advisories", place]);
        assert_eq!(
            (other.code, &other.stdout),
            (1, &run.stdout),
            "{place}: {other}"
        );
    }
    project.setting("advisories = 'osv/folder'");
    assert_eq!(check(&project, &[RULE]).stdout, run.stdout);
}

#[test]
fn what_a_pin_added_is_looked_up_in_both_halves() {
    let project = Project::of(&["python=3.12", "pandas", "pip:", "lightbolt"]);
    project.pinned(&[]);
    let advisories = json!([
        advisory("OSV-1", "numpy", "99"),
        advisory("OSV-2", "torch", "99")
    ]);
    project.write("list.json", advisories.to_string());
    let run = check(&project, &[RULE, "--advisories=list.json"]);
    assert!(run.stdout.contains("numpy "), "{run}");
    assert!(run.stdout.contains("torch "), "{run}");
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn lines_of_a_constraints_file_and_urls_pin() {
    let lines = [
        "-c bounds.txt",
        "tomlish",
        "chartling @ https://files.example/chartling-5.0.0-py3-none-any.whl",
    ];
    let project = Project::of(&[&["python=3.12", "pip:"], &lines[..]].concat());
    project.write("bounds.txt", "tomlish==1.2.0\n");
    let advisories = json!([
        advisory("OSV-1", "tomlish", "99"),
        advisory("OSV-2", "chartling", "5.0.1")
    ]);
    project.write("list.json", advisories.to_string());
    let run = check(&project, &[RULE, "--advisories=list.json"]);
    assert!(run.stdout.contains("tomlish 1.2.0 has a known"), "{run}");
    assert!(run.stdout.contains("chartling 5.0.0 has a known"), "{run}");
}

#[test]
fn a_url_is_fetched_once_and_kept() {
    let project = Project::online(environment(&["python=3.12", "pip:", "tomlish==1.2.0"]));
    let place = server::start().url("osv/all.zip");
    let run = check(&project, &[RULE, "--advisories", &place]);
    assert!(run.stdout.contains("OSV-7"), "{run}");
    let offline = check(&project, &[RULE, "--advisories", &place, "--offline"]);
    assert_eq!(
        (offline.code, &offline.stdout),
        (1, &run.stdout),
        "{offline}"
    );
    let gone = check(&project, &[RULE, "--advisories", &server::nobody_listens()]);
    assert_eq!(gone.code, 3, "{gone}");
    assert!(
        gone.stdout.contains("error[unreachable-advisories]"),
        "{gone}"
    );
}

#[test]
fn unusable_advisories_are_an_error() {
    let project = Project::of(&["python=3.12", "pip:", "tomlish==1.2.0"]);
    project.write("page.html", "<html>");
    project.write("empty/README", "no advisories");
    for (place, why) in [
        ("nowhere.zip", "No such file"),
        ("page.html", "it is not an advisory of OSV"),
        ("empty", "it has no advisory of a project on PyPI"),
    ] {
        let run = check(&project, &[RULE, "--advisories", place]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stdout.contains("error[unusable-advisories]"), "{run}");
        assert!(run.stdout.contains(why), "{run}");
    }
}

#[test]
fn an_index_without_advisories_is_no_all_clear() {
    let project = Project::online(environment(&["python=3.12", "pip:", "tomlish==1.2.0"]));
    let index = format!("'{}'", server::start().url("mirror/t/json/"));
    project.change("index-url", Some(&index));
    assert_snapshot!(check(&project, &[RULE]));
    // Next to other rules it is a note.
    let both = check(&project, &["--select=vulnerable-release,yanked-release"]);
    assert_eq!(both.code, 0, "{both}");
    assert!(
        both.stderr.contains("vulnerabilities were not looked up"),
        "{both}"
    );
    // No suppression is unused because of it.
    let lines = [
        "python=3.12",
        "pip:",
        "tomlish==1.2.0  # presolve: ignore[vulnerable-release] ours",
    ];
    project.write("environment.yml", environment(&lines));
    let run = check(
        &project,
        &["--select=vulnerable-release,unused-suppression"],
    );
    assert_eq!(run.code, 0, "{run}");
    // Nothing is pinned, so nothing is missing.
    project.write(
        "environment.yml",
        environment(&["python=3.12", "pip:", "tomlish"]),
    );
    assert_eq!(check(&project, &[RULE]).code, 0);
}

#[test]
fn releases_that_the_index_does_not_know_are_named() {
    let project = with_index(&["tomlish==1.2.0", "unlisted==1.0"]);
    let run = check(&project, &["--select=vulnerable-release,yanked-release"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("tomlish 1.2.0 has"), "{run}");
    assert!(run.stderr.contains("unlisted 1.0"), "{run}");
}

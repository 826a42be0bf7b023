//! `diff`, and `pin --summary`: what differs between two states of a file.

use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Project, Run, environment};

const LINES: [&str; 6] = [
    "python=3.10",
    "numpy=1.23",
    "pandas",
    "pip:",
    "packaging<24",
    "chartling",
];

fn diff(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["diff"], arguments].concat())
}

/// A pinned file, and the same file with other bounds, pinned again.
fn two_states() -> Project {
    let project = Project::of(&LINES);
    project.pinned(&[]);
    let old = project.read("environment.yml");
    project.write("old.yml", &old);
    let new = old
        .replace("# presolve: numpy=1.23", "# presolve: numpy")
        .replace("# presolve: packaging<24", "# presolve: packaging");
    assert_ne!(old, new);
    project.write("environment.yml", new);
    project.pinned(&["-U"]);
    project
}

#[test]
fn declared_packages_come_before_indirect_ones() {
    let project = two_states();
    assert_snapshot!(diff(&project, &["old.yml", "environment.yml"]));
    let same = diff(&project, &["old.yml", "old.yml", "--exit-code"]);
    assert_eq!(same.code, 0, "{same}");
    let other = diff(&project, &["old.yml", "environment.yml", "--exit-code"]);
    assert_eq!(other.code, 1, "{other}");
}

#[test]
fn what_is_equal_in_version_may_still_differ() {
    let project = Project::of(&["python"]);
    let pip = |line: &str| environment(&["python", "pip:", line]);
    let wheel = |host: &str| format!("a @ https://{host}/a-1.0-py3-none-any.whl");
    let cases = [
        (
            pip(&wheel("a.example")),
            pip(&wheel("b.example")),
            "1 changed",
        ),
        (pip("a==1"), pip("a==1 --hash=sha256:00"), "1 rebuilt"),
        (
            pip("a==1"),
            pip("--index-url https://h/simple\n    - a==1"),
            "other options for pip",
        ),
        (
            environment(&[&format!("a=1=0[sha256={}]", "0".repeat(64))]),
            environment(&[&format!("a=1=0[sha256={}]", "1".repeat(64))]),
            "1 rebuilt",
        ),
        (
            environment(&["a=1=0  # presolve: a"]),
            environment(&["a=1=0  # presolve: a >=1"]),
            "1 changed",
        ),
        (
            environment(&["a >=1"]),
            environment(&["a >=1", "a <2"]),
            "1 changed",
        ),
    ];
    for (before, after, total) in cases {
        project.write("old.yml", &before);
        project.write("new.yml", &after);
        let run = diff(&project, &["old.yml", "new.yml", "--exit-code"]);
        assert_eq!(run.code, 1, "{before}{after}{run}");
        assert!(run.stdout.contains(total), "{before}{after}{run}");
    }
}

#[test]
fn a_pull_request_reads_markdown_and_a_program_json() {
    let project = two_states();
    let files = ["old.yml", "environment.yml", "--format"];
    let markdown = diff(&project, &[&files[..], &["markdown"]].concat());
    assert_snapshot!(markdown);
    let json = diff(&project, &[&files[..], &["json"]].concat());
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let packages = json["files"][0]["packages"].as_array().expect("a list");
    let numpy = packages.iter().find(|one| one["name"] == "numpy");
    let numpy = numpy.expect("numpy moved");
    assert_eq!(numpy["change"], "upgraded");
    assert_eq!(numpy["before"]["declared"], "numpy=1.23");
    assert_eq!(numpy["declared"], true);
}

#[test]
fn vulnerabilities_that_begin_or_end_are_listed() {
    let project = two_states();
    let advisory = |id: &str, project: &str, events: Value| {
        json!({
            "id": id, "modified": "2024-01-01T00:00:00Z", "summary": format!("{id} opens doors"),
            "affected": [{
                "package": {"ecosystem": "PyPI", "name": project},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
            }],
        })
    };
    let all = json!([
        advisory(
            "OSV-OLD",
            "numpy",
            json!([{"introduced": "0"}, {"fixed": "1.24"}])
        ),
        advisory("OSV-NEW", "packaging", json!([{"introduced": "24"}])),
        advisory("OSV-BOTH", "pandas", json!([{"introduced": "0"}])),
    ]);
    project.write("osv.json", all.to_string());
    let files = ["old.yml", "environment.yml", "--advisories", "osv.json"];
    let run = diff(&project, &files);
    let lines: Vec<&str> = run.stdout.lines().map(str::trim).collect();
    assert!(
        lines.contains(&"fixes OSV-OLD: OSV-OLD opens doors"),
        "{run}"
    );
    assert!(lines.contains(&"has OSV-NEW: OSV-NEW opens doors"), "{run}");
    assert!(!run.stdout.contains("OSV-BOTH"), "{run}");
    let run = diff(&project, &[&files[..], &["--format", "markdown"]].concat());
    let fixed = "Vulnerabilities that this fixes:\n\n- `numpy` `OSV-OLD: OSV-OLD opens doors`\n";
    assert!(run.stdout.contains(fixed), "{run}");
}

#[test]
fn pin_writes_the_summary_of_all_files_that_it_changes() {
    let project = Project::of(&LINES);
    project.write("envs/small.yml", environment(&["python=3.10"]));
    project.write("envs/pinned.yml", environment(&["python=3.10"]));
    assert_eq!(project.pin(&["envs/pinned.yml"]).code, 0);
    let paths = ["environment.yml", "envs", "--summary", "changes.md"];
    let shown = project.pin(&[&paths[..], &["--diff"]].concat());
    assert_eq!(shown.code, 1, "{shown}");
    let summary = project.read("changes.md");
    let run = project.pin(&paths);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(project.read("changes.md"), summary);
    let titles: Vec<&str> = summary
        .lines()
        .filter(|line| line.starts_with('#'))
        .collect();
    assert_eq!(titles, ["### `environment.yml`", "### `envs/small.yml`"]);
    assert!(
        summary.contains("| `python` | `python=3.10` | `3.10.13` | pinned |"),
        "{summary}"
    );
    let run = project.pin(&["environment.yml", "--summary", "changes.md"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(project.read("changes.md"), "No pin changes.\n");
    let run = project.pin(&["environment.yml", "--summary", "a.json"]);
    assert_eq!(run.code, 0, "{run}");
    let json: Value = serde_json::from_str(&project.read("a.json")).expect("JSON");
    assert_eq!(json["files"], json!([]));
    let text = project.read("environment.yml");
    let run = project.pin(&["--summary", "environment.yml"]);
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(project.read("environment.yml"), text);
    let run = project.pin(&["--format", "pixi", "--summary", "changes.md"]);
    assert_eq!(run.code, 2, "{run}");
}

fn git(project: &Project, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=A", "-c", "user.email=a@b.c"]);
    command.args(arguments).current_dir(project.folder.path());
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", project.path("home"));
    let output = command.output().expect("git starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// `presolve diff` in a folder of the project, with git on its path.
fn diff_in(project: &Project, folder: &str, arguments: &[&str]) -> Run {
    let mut command = project.command(&[&["diff"], arguments].concat());
    command.current_dir(project.path(folder));
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.output().expect("it starts").into()
}

#[test]
fn a_file_of_a_commit_is_read_with_the_files_that_it_includes() {
    let project = Project::new(environment(&["python"]));
    let with_list = environment(&["python", "pip:", "-r requirements.txt"]);
    project.write("envs/train.yml", with_list);
    project.write("envs/requirements.txt", "-r more.txt\noldflow==2.7\n");
    project.write("envs/more.txt", "lightbolt==2.0\n");
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "a"]);
    project.write("envs/requirements.txt", "oldflow==2.8.1\n");
    std::fs::remove_file(project.path("envs/more.txt")).expect("it is there");
    let run = diff_in(&project, ".", &["HEAD:envs/train.yml", "envs/train.yml"]);
    assert_snapshot!(run);
    let run = diff_in(&project, "envs", &["HEAD:./train.yml"]);
    assert!(
        run.stdout
            .starts_with("HEAD:./train.yml -> train.yml: 1 upgraded"),
        "{run}"
    );
    // The new state is shown from the working directory, wherever the commit is named from.
    for (folder, old, new) in [
        ("envs", "HEAD:envs/train.yml", "../envs/train.yml"),
        ("docs/a", "HEAD:envs/train.yml", "../../envs/train.yml"),
        (
            "docs/a",
            "HEAD:../../envs/train.yml",
            "../../envs/train.yml",
        ),
    ] {
        std::fs::create_dir_all(project.path(folder)).expect("a folder");
        let run = diff_in(&project, folder, &[old]);
        let title = format!("{old} -> {new}: 1 upgraded");
        assert!(run.stdout.starts_with(&title), "{run}");
    }
    let run = diff_in(
        &project,
        "envs",
        &["HEAD:envs/train.yml", "HEAD:./train.yml"],
    );
    assert!(run.stdout.contains("no difference"), "{run}");
}

#[test]
fn what_git_does_not_have_is_an_error() {
    let project = Project::new(environment(&["python"]));
    let run = diff_in(&project, ".", &["HEAD:environment.yml"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("is not in a git repository"), "{run}");
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "a"]);
    for (name, message) in [
        ("HEAD:none.yml", "`none.yml` does not exist at `HEAD`"),
        (
            "nothing:environment.yml",
            "git does not know the revision `nothing`",
        ),
        ("--output=x:environment.yml", "unexpected argument"),
        ("environment.yml", "there is nothing to compare"),
    ] {
        let run = diff_in(&project, ".", &[name]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains(message), "{run}");
    }
    project.write(
        "Dockerfile",
        "FROM a\nCOPY environment.yml .\nRUN conda env create -f environment.yml\n",
    );
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "b"]);
    let run = diff_in(&project, ".", &["HEAD:Dockerfile", "environment.yml"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("leads to another file"), "{run}");
}

/// A pipeline with two environments in its file.
const JOB: &str = "type: pipeline
jobs:
  prepare:
    command: a
    environment:
      image: mcr.microsoft.com/azureml/minimal-ubuntu22.04-py39-cpu-inference
      conda_file: {channels: [conda-forge, nodefaults], dependencies: [python =3.9]}
  train:
    command: b
    environment:
      image: mcr.microsoft.com/azureml/minimal-ubuntu22.04-py39-cpu-inference
      conda_file: {channels: [conda-forge, nodefaults], dependencies: [python =3.10]}
";

#[test]
fn one_environment_of_several_is_compared() {
    let project = Project::new(environment(&["python"]));
    project.write("jobs/job.yml", JOB);
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "a"]);
    project.write("jobs/job.yml", JOB.replace("python =3.10", "python =3.11"));
    let run = diff_in(&project, "jobs", &["HEAD:jobs/job.yml"]);
    assert_eq!(run.code, 2, "{run}");
    let message = "../jobs/job.yml leads to 2 environments";
    assert!(run.stderr.contains(message), "{run}");
    let select = |keys| ["HEAD:./job.yml", "--environment", keys];
    let run = diff_in(&project, "jobs", &select("jobs.train"));
    assert!(run.stdout.contains(": 1 changed"), "{run}");
    let run = diff_in(&project, "jobs", &select("jobs.prepare"));
    assert!(run.stdout.contains("no difference"), "{run}");
    let run = diff_in(&project, "jobs", &select("jobs.score"));
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[unknown-environment]"), "{run}");
    let files = ["HEAD:environment.yml", "--environment", "jobs.train"];
    let run = diff_in(&project, ".", &files);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[unknown-environment]"), "{run}");
}

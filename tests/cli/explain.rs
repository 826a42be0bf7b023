//! `explain` on a file: what it prints, and what `--apply` writes.

use insta::assert_snapshot;

use super::{Project, Run};

const FILE: &str = "\
# what the model needs
name: model
channels:
  - conda-forge
dependencies:
  - python=3.12  # the newest
  - pip
  - pip:
      - oldflow==2.8.*  # has wheels for 3.8 to 3.10
";

fn explain(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["explain"], arguments].concat())
}

#[test]
fn two_culprits_are_shown_with_fixes() {
    assert_snapshot!(explain(&Project::new(FILE), &[]));
}

#[test]
fn a_fix_changes_the_requirement_and_nothing_else() {
    let project = Project::new(FILE);
    let run = explain(&project, &["--apply", "1"]);
    assert_eq!(run.code, 0, "{run}");
    let changed = project.read("environment.yml");
    assert_snapshot!(changed);
    let kept = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.contains("python="));
        lines.map(ToString::to_string).collect()
    };
    assert_eq!(kept(FILE), kept(&changed));
    // It was solved with the file as it is now.
    assert_eq!(project.pin(&["-o", "pinned.yml"]).code, 0);
    assert_eq!(explain(&project, &[]).code, 0);
}

#[test]
fn every_fix_that_is_printed_solves() {
    let count = fixes(&explain(&Project::new(FILE), &[]));
    assert!(count > 1, "{count}");
    for number in 1..=count {
        let project = Project::new(FILE);
        let run = explain(&project, &["--apply", &number.to_string()]);
        assert_eq!(run.code, 0, "{run}");
        let pinned = project.pin(&["-o", "pinned.yml"]);
        assert_eq!(pinned.code, 0, "fix {number}: {pinned}");
    }
}

fn fixes(run: &Run) -> usize {
    let lines = run.stdout.lines().map(str::trim_start);
    let numbers = lines.filter_map(|line| line.split_once(". ")?.0.parse::<usize>().ok());
    numbers.max().unwrap_or_default()
}

#[test]
fn a_fix_that_is_not_there_is_an_error_and_the_file_stays() {
    let project = Project::new(FILE);
    let before = project.bytes("environment.yml");
    let run = explain(&project, &["--apply", "77"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("there is no fix 77"), "{run}");
    assert_eq!(project.bytes("environment.yml"), before);
}

#[test]
fn several_conflicts_are_told_apart_and_mended_together() {
    let file = FILE.replace("  - pip\n", "  - pip\n  - packagin=23\n  - numpy=99\n");
    assert_snapshot!(explain(&Project::new(file), &[]));
}

#[test]
fn a_file_that_can_be_solved_has_its_cost_told() {
    let project = Project::of(&["python=3.10", "numpy"]);
    assert_snapshot!(explain(&project, &["--cost"]));
}

#[test]
fn the_limits_of_the_build_are_flags() {
    let project = Project::of(&["python", "numpy"]);
    let run = explain(&project, &["--build-time", "1s", "--build-memory", "1MB"]);
    assert!(
        run.stdout.contains("times out") || run.stdout.contains("out of memory"),
        "{run}"
    );
    for wrong in ["8", "GB", "-1GB", "8 parsecs"] {
        let run = explain(&project, &[&format!("--build-memory={wrong}")]);
        assert_eq!(run.code, 2, "{run}");
    }
}

#[test]
fn a_time_limit_leaves_what_was_found() {
    let project = Project::new(FILE);
    let run = explain(&project, &["--timeout", "0s"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("time-limit"), "{run}");
}

const WITH_REQUIREMENTS: &str = "\
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.10
  - numpy
  - pip
  - pip:
      - -r more/requirements.txt
";

const REQUIREMENTS: &str = "\
# of the model
oldflow==2.8.*  # needs numpy below 1.24
numpy==2.0.*    # the newest
";

#[test]
fn a_line_of_a_requirements_file_is_changed_there() {
    let project = Project::new(WITH_REQUIREMENTS);
    project.write("more/requirements.txt", REQUIREMENTS);
    let run = explain(&project, &[]);
    assert_snapshot!(run);
    for number in 1..=fixes(&run) {
        project.write("environment.yml", WITH_REQUIREMENTS);
        project.write("more/requirements.txt", REQUIREMENTS);
        let run = explain(&project, &["--apply", &number.to_string()]);
        assert_eq!(run.code, 0, "{run}");
        let pinned = project.pin(&["-o", "pinned.yml"]);
        assert_eq!(pinned.code, 0, "fix {number}: {pinned}");
    }
}

#[test]
fn a_channel_that_several_lines_wait_for_is_one_change() {
    let project = Project::new(
        "channels: [acme, nodefaults]\ndependencies:\n  - python=3.10\n  - numpy\n  - pandas\n",
    );
    let run = project.run(&["explain"]);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(run.stdout.matches("add the channel `").count(), 1, "{run}");
    assert!(!run.stdout.contains("or more changes"), "{run}");
    let json = project.run(&["explain", "--format", "json"]);
    assert!(json.stdout.contains("\"least_changes\": 1"), "{json}");
}

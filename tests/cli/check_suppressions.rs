//! Findings that are silenced: in comments, also those of pinned and included files, and
//! in `presolve.toml`.

use insta::assert_snapshot;

use super::{Project, Run, environment};

const RULES: &str = "unpinned-dependency,unused-suppression";

fn check(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["check", "--no-solve", "--select", RULES], arguments].concat())
}

#[test]
fn comments_silence_their_line_or_the_next_one() {
    let project = Project::new(
        "channels: [conda-forge]
dependencies:
  - numpy  # presolve: ignore[unpinned-dependency] whichever works
  # presolve: ignore[unpinned-dependency] here too
  # Dates and times.
  - pandas
",
    );
    let run = check(&project, &[]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("nothing found, 2 suppressed"), "{run}");
}

#[test]
fn a_comment_silences_no_other_rule_or_line() {
    let project = Project::of(&["numpy  # presolve: ignore[missing-channels] why", "pandas"]);
    let run = check(&project, &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("2 warnings"), "{run}");
}

#[test]
fn comments_count_in_included_files() {
    let project = Project::of(&["python=3.10", "pip:", "-r more.txt"]);
    project.write(
        "more.txt",
        "requests  # presolve: ignore[unpinned-dependency] any\nflask\n",
    );
    let run = check(&project, &[]);
    assert!(run.stderr.contains("1 warning, 1 suppressed"), "{run}");
}

#[test]
fn comments_survive_pin() {
    let mark = "# presolve: ignore[unpinned-dependency] whichever works";
    let above = "  # presolve: ignore[unpinned-dependency] here too\n";
    let lines = format!("{above}  - python=3.10\n  - numpy  {mark}\n");
    let project = Project::new(environment(&[]) + &lines);
    let pinned = project.pinned(&[]);
    assert!(
        pinned.contains(&format!("# presolve: numpy {mark}")),
        "{pinned}"
    );
    assert!(pinned.contains(above), "{pinned}");
    assert_eq!(project.pinned(&[]), pinned);
    assert_eq!(project.pinned(&["--upgrade"]), pinned);
}

#[test]
fn unused_comments_are_found_and_removed() {
    let project = Project::of(&["numpy=2  # presolve: ignore[unpinned-dependency] any"]);
    assert_eq!(check(&project, &[]).code, 1);
    assert_eq!(check(&project, &["--fix"]).code, 0);
    let text = project.read("environment.yml");
    assert!(text.ends_with("  - numpy=2\n"), "{text}");
}

#[test]
fn what_was_not_looked_for_is_not_unused() {
    let project = Project::of(&["numpy=2  # presolve: ignore[unsolvable] any"]);
    let arguments = [
        "check",
        "--no-solve",
        "--select",
        "unsolvable,unused-suppression",
    ];
    assert_eq!(project.run(&arguments).code, 0);
    let solved = project.run(&["check", "--select", "unsolvable,unused-suppression"]);
    assert_eq!(solved.code, 1, "{solved}");
    let project = Project::of(&["numpy=2  # presolve: ignore[missing-channels] any"]);
    assert_eq!(check(&project, &[]).code, 0);
}

#[test]
fn settings_silence_by_rule_and_path() {
    let project = Project::of(&["numpy"]);
    let text = project.read("environment.yml");
    project.write("legacy/old.yml", &text);
    project.setting(
        "[[check.suppress]]\nrule = 'unpinned-dependency'\npath = 'legacy'\nreason = 'as it was'",
    );
    for path in ["legacy/old.yml", "./legacy/../legacy/old.yml"] {
        assert_eq!(check(&project, &[path]).code, 0, "{path}");
    }
    let absolute = project.path("legacy/old.yml").display().to_string();
    assert_eq!(check(&project, &[&absolute]).code, 0);
    assert_eq!(check(&project, &["environment.yml"]).code, 1);
}

#[test]
fn a_file_elsewhere_is_not_silenced_by_path() {
    let elsewhere = Project::of(&["numpy"]);
    let path = elsewhere.path("environment.yml").display().to_string();
    elsewhere.setting(
        "[[check.suppress]]\nrule = 'unpinned-dependency'\npath = '/other.yml'\nreason = 'x'",
    );
    assert_eq!(check(&Project::of(&[]), &[&path]).code, 1);
}

#[test]
fn settings_that_silence_nothing_are_found_when_all_files_were_checked() {
    let project = Project::of(&["numpy=2"]);
    project.write("sub/environment.yml", project.read("environment.yml"));
    project
        .setting("\n[[check.suppress]]\nrule = 'unpinned-dependency'\nreason = 'it was so once'");
    for paths in [&["environment.yml"][..], &["sub"], &["."]] {
        assert_eq!(
            check(&project, paths).code,
            i32::from(paths == ["."]),
            "{paths:?}"
        );
    }
    let run = check(&project, &[]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("rule = 'unpinned-dependency'"), "{run}");
    // The settings of a project hold paths of its machine; the place is what counts.
    let places = run.stdout.lines().filter(|line| line.contains("-->"));
    assert_snapshot!(places.collect::<Vec<_>>().join("\n"), @"  --> presolve.toml:11:8");
}

#[test]
fn an_unknown_rule_in_the_settings_is_an_error() {
    let project = Project::of(&["numpy=2"]);
    project.setting("[[check.suppress]]\nrule = 'unpined-dependency'\nreason = 'x'");
    let run = check(&project, &[]);
    assert_eq!(run.code, 2, "{run}");
    project.write(
        "presolve.toml",
        "[[check.suppress]]\nrule = 'unpinned-dependency'\n",
    );
    let run = check(&project, &[]);
    assert!(run.code == 2 && run.stderr.contains("reason"), "{run}");
}

//! `pin --check`: the pins against what the file declares.

use insta::assert_snapshot;

use super::Project;

/// Lines on both halves, some with pins that no other line needs.
const LINES: [&str; 7] = [
    "python",
    "numpy",
    "pandas >=1.5",
    "pytorch",
    "pip:",
    "oldflow==2.8.*",
    "lightbolt[plots]",
];

const STYLES: [&[&str]; 4] = [
    &["--added", "block"],
    &["--added", "inline"],
    &["--added", "block", "--no-builds"],
    &["--added", "inline", "--no-builds"],
];

fn pinned(style: &[&str]) -> Project {
    let project = Project::of(&LINES);
    project.pinned(style);
    project
}

/// An edit of a pinned file, and the name of a difference that it makes.
type Edit = (&'static str, fn(&str) -> String, &'static str);

const EDITS: [Edit; 13] = [
    (
        "a new conda line",
        |text| text.replacen("dependencies:\n", "dependencies:\n  - openssl\n", 1),
        "unpinned-line",
    ),
    (
        "a new line of pip",
        |text| text.replacen("  - pip:\n", "  - pip:\n    - stonework\n", 1),
        "unpinned-line",
    ),
    (
        "a new line of pip on a project that an added line pins",
        |text| text.replacen("  - pip:\n", "  - pip:\n    - packaging\n", 1),
        "unpinned-line",
    ),
    (
        "a line without its pin",
        |text| changed(text, "  - pandas=", |_| Some("  - pandas >=1.5".to_owned())),
        "unpinned-line",
    ),
    (
        "a tighter bound",
        |text| text.replacen("pandas >=1.5", "pandas >=99", 1),
        "stale-pin",
    ),
    (
        "a tighter bound of pip",
        |text| {
            text.replacen(
                "# presolve: oldflow==2.8.*",
                "# presolve: oldflow==2.9.*",
                1,
            )
        },
        "stale-pin",
    ),
    (
        "another version of pip",
        |text| text.replacen("oldflow==2.8.1", "oldflow==2.7", 1),
        "stale-pin",
    ),
    (
        "a removed line that others need",
        |text| changed(text, "  - libzlib=", |_| None),
        "missing-pin",
    ),
    (
        "a removed line of pip that others need",
        |text| changed(text, "    - packaging=", |_| None),
        "missing-pin",
    ),
    (
        "a removed line that nothing else needs",
        |text| changed(text, "    - lightbolt", |_| None),
        "unneeded-pin",
    ),
    (
        "another platform",
        |text| text.replacen("pinned for linux-64", "pinned for win-64", 1),
        "other-platform",
    ),
    (
        "no platform",
        |text| changed(text, "# presolve: pinned for", |_| None),
        "other-platform",
    ),
    (
        "conda's own channels",
        |text| changed(text, "  - nodefaults", |_| None),
        "open-channels",
    ),
];

/// The text with the line that begins so changed or removed.
fn changed(text: &str, start: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let is_it = |line: &&str| line.starts_with(start);
    let line = text
        .lines()
        .find(is_it)
        .unwrap_or_else(|| panic!("{start} in {text}"));
    let new = change(line).map(|line| line + "\n").unwrap_or_default();
    text.replacen(&format!("{line}\n"), &new, 1)
}

#[test]
fn a_pinned_file_passes_and_an_edited_one_fails_in_each_style() {
    for style in STYLES {
        let project = pinned(style);
        let text = project.read("environment.yml");
        for arguments in [&["--check"][..], &["--check", "--solve"]] {
            let run = project.pin(arguments);
            assert_eq!(run.code, 0, "{style:?} {run}\n{text}");
        }
        for (edit, make, difference) in EDITS {
            let edited = make(&text);
            assert_ne!(edited, text, "{edit} {style:?}");
            project.write("environment.yml", &edited);
            let run = project.pin(&["--check"]);
            assert_eq!(run.code, 1, "{edit} {style:?} {run}\n{edited}");
            let is_incomplete = run.stderr.contains("error[incomplete-block]");
            let is_named = run.stderr.contains(&format!("error[{difference}]"));
            assert!(is_named || is_incomplete, "{edit} {style:?} {run}");
            assert!(
                run.stderr
                    .contains("help: run `presolve pin environment.yml`"),
                "{run}"
            );
            assert_eq!(project.read("environment.yml"), edited, "{edit} is kept");
        }
    }
}

#[test]
fn what_differs_has_its_line() {
    let project = pinned(&[]);
    let text = project.read("environment.yml");
    let text = text.replacen("dependencies:\n", "dependencies:\n  - openssl\n", 1);
    let text = changed(&text, "    - packaging=", |_| None);
    let text = text.replacen("pandas >=1.5", "pandas >=99", 1);
    project.write("environment.yml", text);
    assert_snapshot!(project.pin(&["--check"]), @"
    error[unpinned-line]: `openssl` is not pinned
     --> environment.yml:6:5
      |
    6 |   - openssl
      |     ^^^^^^^
      |
      = help: run `presolve pin environment.yml`
    error[stale-pin]: the pin `pandas=2.2.2=py310_0` is not what the line declares
     --> environment.yml:9:5
      |
    9 |   - pandas=2.2.2=py310_0  # presolve: pandas >=99
      |     ^^^^^^^^^^^^^^^^^^^^ `pandas >=99` is declared
      |
      = help: run `presolve pin environment.yml`
    error[incomplete-block]: the comment states 3 added packages, but 2 follow
      --> environment.yml:23:5
       |
    23 |     # presolve: added 3 packages
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: run `presolve pin environment.yml`
    exit code 1
    ");
}

#[test]
fn an_unpinned_file_is_named_once() {
    assert_snapshot!(Project::of(&LINES).pin(&["--check"]), @"
    error[unpinned-file]: the file is not pinned
     --> environment.yml:1:1
      |
    1 | channels: [conda-forge, nodefaults]
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: run `presolve pin environment.yml`
    exit code 1
    ");
}

/// The cache may be older than the pins.
#[test]
fn a_pin_that_the_cache_does_not_have_is_left_to_a_solve() {
    let project = pinned(&[]);
    let text = project.read("environment.yml");
    let text = changed(&text, "  - libzlib=", |_| {
        Some("  - libzlib=9.9=h0_0".to_owned())
    });
    project.write("environment.yml", text);
    assert_snapshot!(project.pin(&["--check"]), @"
    note[not-cached]: the cache does not have all pins of environment.yml, so they are only compared with its lines
     |
     = help: add `--solve` to ask the channels and indexes
    Checked the pins in environment.yml without solving ([TIME])
    exit code 0
    ");
    project.change("offline", Some("false"));
    assert_snapshot!(project.pin(&["--check", "--solve"]), @"
    error[stale-pin]: the pin `libzlib=9.9=h0_0` is in no channel
      --> environment.yml:14:5
       |
    14 |   - libzlib=9.9=h0_0
       |     ^^^^^^^^^^^^^^^^
       |
       = help: run `presolve pin environment.yml`
    exit code 1
    ");
}

#[test]
fn pins_of_json_and_of_a_dockerfile_are_checked() {
    let project = Project::of(&LINES);
    let dockerfile = "FROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1\n\
        RUN conda create -n x --override-channels -c conda-forge python=3.10\n";
    project.write("Dockerfile", dockerfile);
    let json = r#"{"name": "e", "python": {"condaDependencies": {"channels": ["conda-forge"], "dependencies": ["python=3.10"]}}}"#;
    project.write("azureml_environment.json", json);
    for name in ["Dockerfile", "azureml_environment.json"] {
        let run = project.pin(&[name, "--check"]);
        assert_eq!(run.code, 1, "{name} {run}");
        assert!(run.stderr.contains("unpinned-line"), "{name} {run}");
        assert_eq!(project.pin(&[name]).code, 0);
        for arguments in [&[name, "--check"][..], &[name, "--check", "--solve"]] {
            let run = project.pin(arguments);
            assert_eq!(run.code, 0, "{run}");
        }
    }
}

#[test]
fn a_check_writes_nothing_and_takes_no_output() {
    for arguments in [
        &["--check", "--diff"][..],
        &["--check", "-o", "x.yml"],
        &["--check", "--upgrade"],
        &["--solve"],
    ] {
        assert_eq!(Project::of(&LINES).pin(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_line_for_another_platform_has_no_pin() {
    let project = Project::of(&["python=3.10", "numpy[when=__win]"]);
    project.pinned(&[]);
    let check = project.pin(&["--check"]);
    assert_eq!(check.code, 0, "{check}");
    let solved = project.pin(&["--check", "--solve"]);
    assert_eq!(solved.code, 0, "{solved}");
}

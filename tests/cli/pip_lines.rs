//! Options in the pip list: where pip ignores them, and what they apply to.

use insta::assert_snapshot;

use super::Project;

#[test]
fn formats_behind_a_requirement_apply_to_every_line() {
    // rawclay has a source distribution alone.
    let lines = [
        "python=3.12",
        "pip:",
        "'chartling --only-binary=:all:'",
        "rawclay",
    ];
    let run = Project::of(&lines).pin(&[]);
    assert_eq!(run.code, 1, "{run}");
    let lines = [
        "python=3.12",
        "pip:",
        "chartling --only-binary=chartling",
        "rawclay",
    ];
    let run = Project::of(&lines).pin(&[]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn options_that_pip_ignores_get_lines_of_their_own() {
    let project = Project::new(
        "channels: [conda-forge, nodefaults]\ndependencies:\n  - python=3.12\n  - pip=24.2\n  \
         - pip:\n    - \"chartling --pre --no-binary six\"  # why\n    - -e ./own -f https://links.example/\n",
    );
    let run = project.run(&[
        "check",
        "--no-solve",
        "--select",
        "ignored-by-pip",
        "--unsafe-fixes",
        "--diff",
    ]);
    assert_snapshot!(run);
}

#[test]
fn an_index_behind_a_requirement_is_offered_as_a_line_of_its_own() {
    let line = "ledger==1.1+acme --extra-index-url ./private";
    let project = Project::of(&["python=3.12", "pip:", line]);
    let (index, here) = (
        super::fixtures().join("pypi-private"),
        project.path("private"),
    );
    std::os::unix::fs::symlink(index, here).expect("links");
    let run = project.run(&["explain", "environment.yml"]);
    assert_snapshot!(run);
}

#[test]
fn an_option_that_the_declared_pip_lacks_is_refused() {
    let lines = [
        "python=3.12",
        "pip=24.2",
        "pip:",
        "--all-releases chartling",
        "chartling",
    ];
    let text = super::environment(&lines).replace("  - pip\n", "");
    let run = Project::new(text).run(&["check", "--no-solve", "--select", "bad-pip-option"]);
    assert_snapshot!(run);
}

#[test]
fn an_option_that_the_solved_pip_lacks_is_reported() {
    let lines = [
        "python=3.12",
        "pip:",
        "--all-releases chartling",
        "chartling",
    ];
    let run = Project::of(&lines).run(&["check", "--select", "unknown-pip-option"]);
    assert_snapshot!(run);
}

#[test]
fn wheels_can_be_preferred_by_flags_and_settings() {
    let pinned = |flags: &[&str], setting: &str| {
        let project = Project::of(&["python=3.12", "pip:", "claypot"]);
        project.setting(setting);
        let run = project.pin(flags);
        assert_eq!(run.code, 0, "{run}");
        let text = project.read("environment.yml");
        let line = text.lines().find(|line| line.contains("claypot"));
        line.expect("a line").trim().to_owned()
    };
    assert!(pinned(&[], "").contains("claypot==2.0"));
    for flags in [
        &["--prefer-binary"][..],
        &["--only-binary", ":all:"],
        &["--only-binary=claypot"],
    ] {
        assert!(pinned(flags, "").contains("claypot==1.0"), "{flags:?}");
    }
    for setting in ["prefer-binary = true", "only-binary = ['claypot']"] {
        assert!(pinned(&[], setting).contains("claypot==1.0"), "{setting}");
    }
    let last = pinned(&["--no-binary", "claypot"], "only-binary = [':all:']");
    assert!(last.contains("claypot==2.0"), "{last}");
    let run = Project::of(&["python=3.12"]).pin(&["--only-binary", "a b"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("`--only-binary` cannot be `a b`"),
        "{run}"
    );
}

#[test]
fn requirements_that_setup_py_computes_are_unknown() {
    let run = Project::of(&["python=3.12", "pip:", "choosy"]).pin(&[]);
    assert_eq!(run.code, 0, "{run}");
    // The last line has the time.
    let warnings = run.stderr.split("Pinned ").next();
    assert_snapshot!(warnings.unwrap_or_default());
}

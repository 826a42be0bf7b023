//! What `check` finds by solving, and by asking the package index. Each rule has a file
//! that has the finding, and one as near as possible that has not.

use insta::assert_snapshot;

use super::{Project, Run, environment, server};

/// What is found for these rules.
fn check(project: &Project, rules: &str) -> Run {
    project.run(&["check", "environment.yml", "--select", rules])
}

/// The rules on what cannot be solved.
const UNSOLVABLE: &str = "unsolvable,incompatible-python,unknown-package";

/// `found` has a finding of the rule, `fine` none, and both are decided.
fn assert_rule(rule: &str, found: &[&str], fine: &[&str]) {
    for (dependencies, expected) in [(found, 1), (fine, 0)] {
        let run = check(&Project::of(dependencies), rule);
        let has_it = run.stdout.contains(&format!("[{rule}]"));
        assert_eq!(has_it, expected == 1, "{rule} of {dependencies:?}:\n{run}");
        assert!(run.code < 2, "{rule} of {dependencies:?}:\n{run}");
    }
}

#[test]
fn notices_of_a_solution_are_findings() {
    for (rule, found, fine) in [
        (
            "pip-overwrites-conda",
            &["python=3.12", "packaging=24.1", "pip:", "lightbolt"][..],
            &["python=3.12", "packaging", "pip:", "lightbolt"][..],
        ),
        (
            "pip-cannot-uninstall",
            &["python=3.12", "pyyaml", "pip:", "pyyaml>=6"],
            &["python=3.12", "pyyaml", "pip:", "pyyaml>=5"],
        ),
        (
            "pip-upgrades-conda",
            &["python=3.12", "packaging=23.2", "pip:", "packaging"],
            &["python=3.12", "packaging=23.2", "pip:", "packaging==23.2"],
        ),
        (
            "needs-compiler",
            &["python=3.12", "pip:", "anvilite==2.0"],
            &["python=3.10", "pip:", "anvilite==2.0"],
        ),
        (
            "needs-mpi",
            &["python=3.12", "pip:", "mpi4py"],
            &["python=3.12", "openmpi", "pip:", "tomlish"],
        ),
        (
            "source-build",
            &["python=3.12", "pip:", "stonework"],
            &["python=3.12", "pip:", "tomlish"],
        ),
        (
            "missing-build-dependency",
            &["python=3.12", "pip:", "moulder"],
            &["python=3.12", "numpy", "pip:", "moulder"],
        ),
        (
            "unknown-requirements",
            &["python=3.12", "pip:", "rawclay"],
            &["python=3.12", "pip:", "eggshell"],
        ),
        (
            "assumed-requirements",
            &["python=3.12", "pip:", "eggshell"],
            &["python=3.12", "pip:", "stonework"],
        ),
        (
            "name-by-table",
            &["python=3.12", "py-opencv", "pip:", "opencv-python"],
            &["python=3.12", "pip:", "opencv-python"],
        ),
        (
            "placeholder-project",
            &["pip:", "sklearn"],
            &["pip:", "sklearn==0.0"],
        ),
        (
            "unresolvable-line",
            &["pip:", "tomlish @ git+https://git.example/tomlish"],
            &["pip:", "tomlish"],
        ),
        (
            "redundant-dependency",
            &["python=3.12", "pandas", "numpy"],
            &["python=3.12", "pandas", "numpy<2"],
        ),
        (
            "redundant-dependency",
            &["python=3.12", "pip:", "tomlish", "stonework"],
            &["python=3.12", "pip:", "tomlish>=1", "stonework"],
        ),
    ] {
        assert_rule(rule, found, fine);
    }
}

#[test]
fn what_is_built_is_found_at_the_line_that_brings_it() {
    let project = Project::of(&["python=3.12", "pip:", "stonework", "potter"]);
    assert_snapshot!(check(&project, "source-build,assumed-requirements"));
    let lines = ["stonework  # presolve: ignore[source-build] ours", "potter"];
    let silenced = Project::of(&[&["python=3.12", "pip:"], &lines[..]].concat());
    let run = check(&silenced, "source-build");
    assert_eq!(run.stdout.matches("[source-build]").count(), 1, "{run}");
    assert!(run.stdout.contains("environment.yml:7:7"), "{run}");
}

#[test]
fn an_old_pip_is_a_finding() {
    let of = |pip: &str, line: &str| {
        Project::new(format!(
            "channels: [conda-forge, nodefaults]\ndependencies:\n  - python=3.9\n  - {pip}\n  - pip:\n    - {line}\n"
        ))
    };
    for (rule, found, fine) in [
        (
            "old-pip",
            ("pip=20.2", "newkiln==2.0"),
            ("pip=24.2", "newkiln==2.0"),
        ),
        (
            "legacy-resolver",
            ("pip=20.2", "lightbolt\n    - newcrate"),
            ("pip=20.2", "lightbolt"),
        ),
    ] {
        let run = check(&of(found.0, found.1), rule);
        assert!(run.stdout.contains(&format!("[{rule}]")), "{run}");
        let run = check(&of(fine.0, fine.1), rule);
        assert!(!run.stdout.contains(rule), "{run}");
    }
}

#[test]
fn a_conflict_has_its_lines_and_the_best_fix() {
    let project = Project::of(&["python=3.12", "packaging", "pip:", "lightbolt", "newcrate"]);
    assert_snapshot!(check(&project, UNSOLVABLE));
    assert_snapshot!(check(
        &Project::of(&["python=3.12", "pip:", "oldflow==2.8.*"]),
        UNSOLVABLE
    ));
}

#[test]
fn a_clash_over_python_is_told_from_others() {
    assert_rule(
        "incompatible-python",
        &["python=3.12", "pip:", "oldflow==2.8.*"],
        &["python=3.10", "pip:", "oldflow==2.8.*"],
    );
    assert_rule(
        "incompatible-python",
        &["python=3.12", "numpy=1.23"],
        &["python=3.5"],
    );
    assert_rule(
        "unsolvable",
        &["python=3.12", "pip:", "lightbolt", "newcrate"],
        &["python=3.12", "pip:", "oldflow==2.8.*"],
    );
}

#[test]
fn names_that_nobody_has_are_findings() {
    assert_rule("unknown-package", &["pandsa"], &["pandas"]);
    assert_rule(
        "unknown-project",
        &["pip:", "tomilsh"],
        &["pip:", "tomlish"],
    );
    assert_rule(
        "unknown-project",
        &["pip:", "astray"],
        &["pip:", "crucible"],
    );
    assert_rule("missing-virtual-package", &["gpu-tools"], &["openmpi"]);
    assert_snapshot!(check(&Project::of(&["pandsa", "numpy"]), UNSOLVABLE));
    let with_driver = Project::of(&["gpu-tools"]);
    with_driver.change("virtual-packages", Some("['__glibc=2.28', '__cuda=12.4']"));
    let run = check(&with_driver, "missing-virtual-package");
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_channel_that_does_not_exist_is_a_finding() {
    let of = |channel: &str| {
        Project::new(format!(
            "channels: [{channel}, nodefaults]\ndependencies: [libzlib]\n"
        ))
    };
    let run = check(&of("conda-fogre"), "unknown-channel");
    assert!(run.stdout.contains("[unknown-channel]"), "{run}");
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(check(&of("conda-forge"), "unknown-channel").code, 0);
}

#[test]
fn unsafe_fixes_mend_what_cannot_be_solved() {
    let project = Project::of(&["python=3.12", "pip:", "oldflow==2.8.*"]);
    let run = project.run(&[
        "check",
        "environment.yml",
        "--select=incompatible-python,unsolvable",
        "--fix",
        "--unsafe-fixes",
    ]);
    assert_eq!(run.code, 0, "{run}");
    let mended = project.read("environment.yml");
    assert!(mended.contains("- python=3.10\n"), "{mended}");
    assert_eq!(project.pin(&["--diff"]).code, 0);
    // A line that would have to go stays.
    let project = Project::of(&["python=3.12", "pip:", "lightbolt", "newcrate"]);
    let before = project.read("environment.yml");
    let run = project.run(&["check", "environment.yml", "--fix", "--unsafe-fixes"]);
    assert!(run.stdout.contains("what can be solved: drop"), "{run}");
    assert_eq!(project.read("environment.yml"), before);
}

#[test]
fn pins_that_do_not_hold_any_more_are_findings() {
    let project = Project::of(&["python=3.12", "numpy", "pip:", "tomlish"]);
    let pinned = project.pinned(&[]);
    let of = |text: &str| {
        project.write("environment.yml", text);
        check(&project, "outdated-pin")
    };
    let untouched = of(&pinned);
    assert_eq!(untouched.code, 0, "{untouched}");
    // What is declared has changed, and a build that no channel has.
    let changed = pinned.replace("# presolve: numpy", "# presolve: numpy <2");
    assert_ne!(changed, pinned);
    let run = of(&changed);
    assert!(run.stdout.contains("`numpy <2` is declared"), "{run}");
    let gone = pinned.replace("ca-certificates=2024.8.30=", "ca-certificates=2020.1.1=");
    assert_ne!(gone, pinned);
    let run = of(&gone);
    assert!(run.stdout.contains("no channel has this build"), "{run}");
    assert_eq!(run.code, 1, "{run}");
    let gone = pinned.replace("tomlish==1.2.0", "tomlish==1.1.0");
    assert!(of(&gone).stdout.contains("`tomlish==1.1.0`"));
}

#[test]
fn platforms_share_what_they_have_in_common() {
    let project = Project::of(&[
        "python=3.12",
        "packaging=24.1",
        "openmpi",
        "pip:",
        "stonework",
    ]);
    project.change("platform", None);
    project.change("virtual-packages", None);
    project.setting("[check]\nplatforms = ['linux-64', 'osx-arm64']");
    assert_snapshot!(check(&project, "source-build,unsolvable,unknown-package"));
    let all = Project::of(&["python=3.12", "pip:", "stonework"]);
    let run = all.run(&[
        "check",
        "environment.yml",
        "--select=source-build",
        "--platform=linux-64",
        "--platform=osx-arm64",
    ]);
    assert_eq!(run.stdout.matches("[source-build]").count(), 1, "{run}");
    assert!(!run.stdout.contains(" only"), "{run}");
    let wrong = Project::of(&["python=3.12"]);
    wrong.setting("[check]\nplatforms = ['linux']");
    assert_eq!(check(&wrong, UNSOLVABLE).code, 2);
}

/// A file whose index is the local server, with its JSON API beside it.
fn with_index(lines: &[&str]) -> Project {
    let dependencies = [&["python=3.12", "pip:"], lines].concat();
    let project = Project::online(environment(&dependencies));
    let index = format!("'{}'", server::start().url("simple/"));
    project.change("index-url", Some(&index));
    project
}

#[test]
fn releases_with_known_faults_are_findings() {
    let rules = "yanked-release,vulnerable-release";
    let project = with_index(&["chartling==5.1.0", "tomlish==1.2.0"]);
    assert_snapshot!(check(&project, rules));
    // Not pinned, and pinned to one without a fault.
    let fine = check(&with_index(&["chartling", "packaging==24.1"]), rules);
    assert_eq!(fine.code, 0, "{fine}");
}

#[test]
fn what_a_pin_chose_is_looked_up() {
    let project = with_index(&["tomlish"]);
    let rule = "vulnerable-release";
    assert_eq!(check(&project, rule).code, 0);
    let pinned = project.pinned(&[]);
    assert!(pinned.contains("tomlish==1.2.0"), "{pinned}");
    assert_eq!(check(&project, rule).code, 1);
}

#[test]
fn a_bad_network_is_no_bad_file() {
    let project = with_index(&["tomlish==1.2.0"]);
    project.change(
        "index-url",
        Some(&format!("'{}'", server::nobody_listens())),
    );
    let run = check(
        &project,
        "unsolvable,vulnerable-release,unpinned-dependency",
    );
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("error[index-unreachable]"), "{run}");
    // Who asks for the cache's answer alone gets it, and is told what is missing.
    let run = project.run(&[
        "check",
        "environment.yml",
        "--offline",
        "--select=unsolvable",
    ]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("offline"), "{run}");
    // A finding decides, whatever else could not be found out.
    project.write(
        "environment.yml",
        environment(&["python=3.12", "numpy", "pip:", "tomlish==1.2.0"]),
    );
    assert_eq!(check(&project, "unsolvable,unpinned-dependency").code, 1);
}

#[test]
fn a_time_limit_is_no_verdict() {
    let project = Project::of(&["python=3.12"]);
    let run = project.run(&[
        "check",
        "environment.yml",
        "--select=unsolvable",
        "--timeout=0s",
    ]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("error[time-limit]"), "{run}");
}

#[test]
fn each_file_has_its_own_verdict() {
    let project = Project::of(&["python=3.12", "numpy=1.26"]);
    for number in 0..6 {
        let line = ["numpy=1.26", "pandsa"][number % 2];
        let text = environment(&["python=3.12", line]);
        project.write(&format!("envs/{number}/environment.yml"), text);
    }
    let run = project.run(&["check", "envs", "--select=unknown-package,unsolvable"]);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(run.stdout.matches("[unknown-package]").count(), 3, "{run}");
    assert!(run.stderr.contains("Checked 6 files: 3 errors"), "{run}");
}

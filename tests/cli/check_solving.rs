//! What `check` says of what it finds by solving, and by asking the package index.

use insta::assert_snapshot;

use super::{
    Project, Run,
    check_cases::{self, with_index},
    environment, server,
};

/// What is found for these rules.
fn check(project: &Project, rules: &str) -> Run {
    project.run(&["check", "environment.yml", "--select", rules])
}

/// The rules on what cannot be solved.
const UNSOLVABLE: &str = "unsolvable,incompatible-python,unknown-package";

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
fn what_the_solve_shows_is_not_feared_as_well() {
    let project = Project::of(&["python=3.12", "pip:", "mpi4py"]);
    let select = "--select=missing-build-tools,needs-mpi,needs-compiler";
    let run = project.run(&["check", "environment.yml", select]);
    assert!(run.stderr.contains("1 file: 1 warning"), "{run}");
    assert!(run.stdout.contains("[needs-mpi]"), "{run}");
    let run = project.run(&["check", "environment.yml", select, "--no-solve"]);
    assert!(run.stdout.contains("[missing-build-tools]"), "{run}");
    // What is accepted is no reason to say the weaker one, nor is it unused where it is.
    let select = &format!("{select},unused-suppression");
    for rules in ["needs-mpi", "needs-mpi, missing-build-tools"] {
        let line = format!("mpi4py  # presolve: ignore[{rules}] the image has one");
        let project = Project::of(&["python=3.12", "pip:", &line]);
        let run = project.run(&["check", "environment.yml", select]);
        assert!(run.stderr.contains("1 file: nothing found"), "{run}");
    }
    // Its wheel is no build, and loads the MPI of the machine all the same.
    let project = Project::of(&["python=3.10", "pip:", "mpi4py"]);
    let run = project.run(&["check", "environment.yml", select]);
    assert!(run.stdout.contains("[missing-build-tools]"), "{run}");
}

#[test]
fn what_the_classic_solver_costs_is_held_against_the_build() {
    let project = check_cases::long_chain("link0");
    assert_snapshot!(check(&project, "classic-solver-limit"));
    project.change("build-time", None);
    project.setting("build-memory = '20MB'");
    let run = check(&project, "classic-solver-limit");
    assert!(run.stdout.contains("runs out of memory"), "{run}");
    project.change("build-memory", Some("'20 apples'"));
    let run = check(&project, "classic-solver-limit");
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("a size is a number with a unit"),
        "{run}"
    );
}

#[test]
fn builds_of_another_platform_are_one_finding() {
    let project = check_cases::exported(&["alder", "birch", "cedar", "elm"], "linux-64");
    assert_snapshot!(check(&project, "gone-builds"));
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
fn a_name_that_nobody_has_is_shown_with_what_there_is() {
    assert_snapshot!(check(&Project::of(&["pandsa", "numpy"]), UNSOLVABLE));
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
    assert_eq!(project.pin(&["-o", "pinned.yml"]).code, 0);
    // A line that would have to go stays.
    let project = Project::of(&["python=3.12", "pip:", "lightbolt", "newcrate"]);
    let before = project.read("environment.yml");
    let run = project.run(&["check", "environment.yml", "--fix", "--unsafe-fixes"]);
    assert!(
        run.stdout
            .contains("make this change, which gives a solution: drop"),
        "{run}"
    );
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

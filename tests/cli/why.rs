//! `explain --why`: who asks for a package, and why in this version.

use insta::assert_snapshot;

use super::{Project, Run, environment};

fn why(dependencies: &[&str], arguments: &[&str]) -> Run {
    of(&Project::of(dependencies), arguments)
}

fn of(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["explain"], arguments].concat())
}

#[test]
fn a_line_asks_for_what_it_names_and_keeps_it_back() {
    assert_snapshot!(why(&["python", "pandas=1.5"], &["--why", "pandas"]));
}

#[test]
fn a_conda_package_is_kept_back_by_another_line() {
    assert_snapshot!(why(&["python=3.10", "pandas=1.5"], &["--why", "numpy"]));
}

#[test]
fn a_bound_of_the_pip_half_keeps_a_conda_package_back() {
    let dependencies = ["numpy", "pandas", "pip:", "oldflow==2.8.*"];
    assert_snapshot!(why(&dependencies, &["--why", "numpy", "--why", "python"]));
}

#[test]
fn a_release_is_asked_for_under_a_marker() {
    let dependencies = ["python=3.10", "pip:", "lightbolt"];
    let names = ["--why", "tomlish", "--why", "Packaging"];
    assert_snapshot!(why(&dependencies, &names));
}

#[test]
fn a_conda_package_is_found_by_the_project_that_it_brings() {
    let dependencies = ["pytorch", "pip:", "lightbolt"];
    assert_snapshot!(why(&dependencies, &["--why", "torch"]));
}

#[test]
fn a_release_is_found_by_the_conda_name() {
    let dependencies = ["python", "pip:", "lightbolt"];
    assert_snapshot!(why(&dependencies, &["--why", "pytorch"]));
}

#[test]
fn an_earlier_pin_holds_a_version() {
    let file = environment(&[
        "python=3.11.7=hc5c86c4_0_cpython  # presolve: python",
        "numpy=1.26.4=py311_0  # presolve: numpy",
    ]);
    let project = Project::new(&file);
    assert_snapshot!(of(&project, &["--why", "numpy"]));
}

#[test]
fn a_pin_that_a_line_needs_anyway_is_not_blamed() {
    let file = environment(&[
        "python=3.10.13=hc5c86c4_0_cpython  # presolve: python",
        "pandas=1.5",
        "numpy=1.26.4=py310_0  # presolve: added",
    ]);
    let run = of(&Project::new(&file), &["--why", "numpy"]);
    assert!(run.stdout.contains("held back by `pandas=1.5`"), "{run}");
    assert!(!run.stdout.contains("presolve pin -P"), "{run}");
}

#[test]
fn the_newest_ones_are_ruled_out_one_by_one() {
    let dependencies = ["python=3.10", "numpy", "pip:", "chartling"];
    assert_snapshot!(why(&dependencies, &["--why", "chartling"]));
    let names = ["--why", "chartling", "--why", "numpy"];
    let cut_off = [&names[..], &["--exclude-newer", "2024-02-29"]].concat();
    assert_snapshot!(why(&dependencies, &cut_off));
}

#[test]
fn what_is_asked_for_elsewhere_only_is_not_in_the_solution() {
    let dependencies = ["python", "pip:", "lightbolt"];
    let names = ["--why", "winhelper", "--why", "pandas"];
    assert_snapshot!(why(&dependencies, &names));
}

#[test]
fn without_a_solution_the_conflicts_are_searched() {
    let dependencies = ["python=3.12", "packaging", "pip:", "oldflow==2.8.*"];
    let names = ["--why", "python", "--why", "packaging"];
    assert_snapshot!(why(&dependencies, &names));
}

#[test]
fn an_unknown_name_gets_the_nearest_ones() {
    assert_snapshot!(why(&["numpy"], &["--why", "nunpy"]));
}

#[test]
fn what_would_step_back_for_a_newer_one_is_named() {
    let file = "channels: [./pair, nodefaults]\ndependencies: [left, right]\n";
    let project = Project::new(file);
    let records: [(&str, &str, &str, &[&str]); 4] = [
        ("left", "1.0", "h_0", &[]),
        ("left", "2.0", "h_0", &["right <2"]),
        ("right", "1.0", "h_0", &[]),
        ("right", "2.0", "h_0", &[]),
    ];
    project.channel("pair", "linux-64", &records);
    project.channel("pair", "noarch", &[]);
    assert_snapshot!(of(&project, &["--why", "left", "--why", "right"]));
}

#[test]
fn strict_channel_priority_keeps_a_newer_one_out() {
    let file = "channels: [acme, conda-forge, nodefaults]\ndependencies: [gridlib]\n";
    let strict = ["--why", "gridlib", "--channel-priority", "strict"];
    assert_snapshot!(of(&Project::new(file), &strict));
}

#[test]
fn a_time_limit_gives_no_answer() {
    let run = why(&["python", "numpy"], &["--why", "numpy", "--timeout", "0s"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("time-limit"), "{run}");
}

//! What the fixtures show: conda and pip as one problem.

use insta::assert_snapshot;

use super::{Project, environment, fixtures, pin_of};

/// The dependencies pinned: the entries of these names.
fn pins(dependencies: &[&str], names: &[&str]) -> String {
    pins_of(&Project::of(dependencies), &[], names)
}

fn pins_of(project: &Project, arguments: &[&str], names: &[&str]) -> String {
    let text = project.pinned(arguments);
    let found = names.iter().flat_map(|name| pin_of(&text, name));
    found.collect::<Vec<_>>().join(" ")
}

fn quickstart(file: &str) -> Project {
    let folder = fixtures().join("quickstart");
    let text = std::fs::read(folder.join(file)).expect("is there");
    Project::new(text)
}

#[test]
fn the_quickstart_shows_what_changes_and_writes_nothing() {
    let project = quickstart("environment.yml");
    let before = project.bytes("environment.yml");
    assert_snapshot!(project.pin(&["--diff"]));
    assert_eq!(project.bytes("environment.yml"), before);
}

#[test]
fn the_quickstart_settings_are_enough() {
    let file = fixtures().join("quickstart/environment.yml");
    let cache = tempfile::tempdir().expect("a folder");
    let project = Project::of(&[]);
    let run = project.pin(&[
        "--diff",
        "--cache-dir",
        &cache.path().display().to_string(),
        &file.display().to_string(),
    ]);
    assert!(run.stdout.contains("+  - python=3.10.13="), "{run}");
    assert_eq!(run.code, 1);
}

#[test]
fn the_unsolvable_quickstart_names_two_lines() {
    assert_snapshot!(quickstart("unsolvable.yml").pin(&[]), @"
    error[unsolvable]: these 2 lines conflict on linux-64
      --> environment.yml:8:5
       |
     8 |   - python=3.12
       |     ^^^^^^^^^^^
    ...
    13 |       - oldflow==2.8.*    # has wheels for Python 3.8 to 3.10 only
       |         --------------
       |
       = note: `python=3.12` asks for python (conda) 3.12.1
       = note: `oldflow==2.8.*` (PyPI) needs python (conda) 3.8.18 to 3.10.13
       = note: no python (conda) satisfies all of these
       = note: oldflow 2.8: its wheels are for cp38, cp39, cp310, and it has no source distribution
       = help: relax any one of these 2 lines; the rest can then be satisfied
       = help: `presolve explain environment.yml` shows how to fix it
    exit code 1
    ");
}

#[test]
fn python_goes_where_the_wheels_are() {
    assert_snapshot!(pins(&["python", "pip:", "oldflow"], &["python", "oldflow"]), @"python=3.10.13=hc5c86c4_0_cpython oldflow==2.8.1");
}

#[test]
fn requires_python_binds_from_above() {
    assert_snapshot!(pins(&["python", "pip:", "backport"], &["python", "backport"]), @"python=3.9.18=hc5c86c4_0_cpython backport==0.8");
}

#[test]
fn conda_steps_back_for_a_bound_of_the_pip_half() {
    assert_snapshot!(
        pins(&["python", "packaging", "pip:", "lightbolt"], &["packaging", "lightbolt"]), @"packaging=23.2=pyhd8ed1ab_0 lightbolt==2.1.0"
    );
}

#[test]
fn what_conda_brings_under_another_name_is_not_installed_twice() {
    let names = ["pytorch", "torch", "lightbolt"];
    assert_snapshot!(pins(&["pytorch", "pip:", "lightbolt"], &names), @"pytorch=2.4.1=cpu_generic_py312_0 lightbolt==2.1.0");
    assert_snapshot!(pins(&["python", "pip:", "lightbolt"], &names), @"torch==2.4.1 lightbolt==2.1.0");
}

#[test]
fn a_declared_pip_line_that_conda_meets_stays() {
    assert_snapshot!(pins(&["pytorch", "pip:", "torch"], &["pytorch", "torch"]), @"pytorch=2.4.1=cpu_generic_py312_0 torch==2.4.1");
}

#[test]
fn yanked_releases_and_pre_releases_are_left_alone() {
    assert_snapshot!(pins(&["pip:", "chartling"], &["chartling"]), @"chartling==5.0.0");
    assert_snapshot!(pins(&["pip:", "chartling==5.1.0"], &["chartling"]), @"chartling==5.1.0");
    assert_snapshot!(pins(&["pip:", "--pre", "chartling"], &["chartling"]), @"chartling==6.0.0rc1");
}

#[test]
fn a_marker_holds_for_the_python_that_is_chosen() {
    let names = ["python", "tomlish", "winhelper"];
    assert_snapshot!(pins(&["python=3.10", "pip:", "lightbolt"], &names), @"python=3.10.13=hc5c86c4_0_cpython tomlish==1.2.0");
    assert_snapshot!(pins(&["python=3.11", "pip:", "lightbolt"], &names), @"python=3.11.7=hc5c86c4_0_cpython");
}

#[test]
fn an_extra_brings_what_it_asks_for() {
    assert_snapshot!(pins(&["pip:", "lightbolt[plots]"], &["lightbolt", "chartling"]), @"lightbolt[plots]==2.1.0 chartling==5.0.0");
}

#[test]
fn source_distributions_are_read_and_never_run() {
    let project = Project::of(&["python=3.12", "pip:", "stonework", "eggshell", "rawclay"]);
    assert_snapshot!(project.pin(&[]), @"
    warning[unknown-requirements]: the requirements of rawclay 1.0 are known only after a build
     --> environment.yml:8:7
      |
    8 |     - rawclay
      |       ^^^^^^^
      |
      = note: its dependencies are dynamic, and the archive has no egg-info
      = help: expect pip to install packages for it that the pinned file does not list
    warning[source-build]: pip builds from source for Python 3.12.1 on linux-64: stonework 1.0
     --> environment.yml:6:7
      |
    6 |     - stonework
      |       ^^^^^^^^^
      |
      = note: the archive shows no sign of compilation: stonework 1.0
    warning[source-build]: pip builds from source for Python 3.12.1 on linux-64: eggshell 1.0
     --> environment.yml:7:7
      |
    7 |     - eggshell
      |       ^^^^^^^^
      |
      = note: the archive shows no sign of compilation: eggshell 1.0
    warning[source-build]: pip builds from source for Python 3.12.1 on linux-64: rawclay 1.0
     --> environment.yml:8:7
      |
    8 |     - rawclay
      |       ^^^^^^^
      |
      = note: the archive shows no sign of compilation: rawclay 1.0
    note[assumed-requirements]: the requirements of eggshell 1.0 are assumed
     --> environment.yml:7:7
      |
    7 |     - eggshell
      |       ^^^^^^^^
      |
      = note: taken from egg-info in the archive, i.e. from a build on another machine
    Pinned 7 packages from conda and 4 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    let text = project.read("environment.yml");
    assert_eq!(pin_of(&text, "tomlish"), ["tomlish==1.2.0"]);
}

#[test]
fn a_local_version_is_newer_than_its_release() {
    assert_snapshot!(pins(&["pip:", "pagework"], &["pagework"]), @"pagework==1.0+cpu");
}

#[test]
fn a_build_string_overrides_track_features() {
    assert_snapshot!(pins(&["libblas"], &["libblas", "mkl"]), @"libblas=3.9.0=24_openblas");
    assert_snapshot!(pins(&["libblas=*=*mkl"], &["libblas", "mkl"]), @"libblas=3.9.0=25_mkl mkl=2024.2.2=ha957f24_15");
}

#[test]
fn channel_priority_decides_between_channels() {
    let file = "channels: [acme, conda-forge, nodefaults]\ndependencies: [GRID]\n";
    let gridlib = |spec: &str, mode: &str| {
        let project = Project::new(file.replace("GRID", spec));
        let run = project.pin(&["--channel-priority", mode]);
        match run.code {
            0 => project.read("environment.yml"),
            // The rest names the channels' folders.
            _ => run.stderr.lines().next().unwrap_or_default().to_owned(),
        }
    };
    assert_snapshot!(gridlib("gridlib", "strict"), @"
    # presolve: pinned for linux-64
    channels:
      - acme
      - conda-forge
      - nodefaults
    dependencies:
      - gridlib=1.0=h0_0  # presolve: gridlib
    ");
    assert_snapshot!(gridlib("gridlib", "flexible"), @"
    # presolve: pinned for linux-64
    channels:
      - acme
      - conda-forge
      - nodefaults
    dependencies:
      - gridlib=1.0=h0_0  # presolve: gridlib
    ");
    assert_snapshot!(gridlib("gridlib", "disabled"), @"
    # presolve: pinned for linux-64
    channels:
      - acme
      - conda-forge
      - nodefaults
    dependencies:
      - conda-forge::gridlib=2.0=h1_0  # presolve: gridlib
    ");
    assert_snapshot!(gridlib("'gridlib >=2'", "flexible"), @"
    # presolve: pinned for linux-64
    channels:
      - acme
      - conda-forge
      - nodefaults
    dependencies:
      - 'conda-forge::gridlib=2.0=h1_0'  # presolve: gridlib >=2
    ");
    assert_snapshot!(
        gridlib("'gridlib >=2'", "strict"),
        @"error[unsolvable]: this line cannot be satisfied on linux-64"
    );
    assert_snapshot!(gridlib("conda-forge::gridlib", "strict"), @"
    # presolve: pinned for linux-64
    channels:
      - acme
      - conda-forge
      - nodefaults
    dependencies:
      - conda-forge::gridlib=2.0=h1_0  # presolve: conda-forge::gridlib
    ");
}

#[test]
fn defaults_stand_behind_a_file_without_nodefaults() {
    let project = Project::new("channels:\n  - conda-forge\ndependencies:\n  - anvil\n");
    assert_snapshot!(project.pinned(&[]), @"
    # presolve: pinned for linux-64
    channels:
      - conda-forge
      - defaults  # presolve: added
      - nodefaults  # presolve: added
    dependencies:
      - defaults::anvil=1.0=h0_0  # presolve: anvil
    ");
}

#[test]
fn a_missing_virtual_package_is_named() {
    let project = Project::of(&["gpu-tools"]);
    assert_snapshot!(project.pin(&[]), @"
    error[missing-virtual-package]: the target has no virtual package `__cuda`
     --> environment.yml:3:5
      |
    3 |   - gpu-tools
      |     ^^^^^^^^^ needed by this line
      |
      = help: if the target machine has it, add `--virtual-package __cuda=12.4`
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 1
    ");
}

#[test]
fn a_virtual_package_can_be_given() {
    let project = Project::of(&["pytorch"]);
    assert_snapshot!(pins_of(&project, &[], &["pytorch"]), @"pytorch=2.4.1=cpu_generic_py312_0");
    let arguments = ["--upgrade", "--virtual-package", "__cuda=12.4"];
    assert_snapshot!(pins_of(&project, &arguments, &["pytorch"]), @"pytorch=2.4.1=cuda120_py312_200");
}

#[test]
fn a_pin_that_still_fits_is_kept_until_it_is_forgotten() {
    let file = environment(&[
        "python=3.11.7=hc5c86c4_0_cpython  # presolve: python",
        "numpy=1.26.4=py311_0  # presolve: numpy",
    ]);
    let with = |arguments: &[&str]| {
        let project = Project::new(&file);
        pins_of(&project, arguments, &["python", "numpy"])
    };
    assert_snapshot!(with(&[]), @"python=3.11.7=hc5c86c4_0_cpython numpy=1.26.4=py311_0");
    assert_snapshot!(with(&["--upgrade-package", "numpy"]), @"python=3.11.7=hc5c86c4_0_cpython numpy=2.1.1=py311_0");
    assert_snapshot!(with(&["--upgrade"]), @"python=3.13.0=hc5c86c4_0_cp313 numpy=2.1.1=py313_0");
}

#[test]
fn an_upgrade_starts_from_what_was_declared() {
    let project = Project::of(&["python", "pip:", "oldflow"]);
    let pinned = project.pinned(&[]);
    assert_eq!(project.pinned(&["--upgrade"]), pinned);
}

#[test]
fn another_platform_is_written_into_the_file() {
    let project = Project::of(&["python=3.10", "pip:", "oldflow"]);
    assert_snapshot!(project.pinned(&["--platform", "osx-arm64"]), @"
    # presolve: pinned for osx-arm64
    channels:
      - conda-forge
      - nodefaults
    dependencies:
      - python=3.10.13=hc5c86c4_0_cpython  # presolve: python=3.10
      - pip=24.2=pyh8b19718_1  # presolve: pip
      # presolve: added 5 packages
      - ca-certificates=2024.8.30=hbcca054_0
      - libzlib=1.3.1=hb9d3cd8_2
      - openssl=3.3.2=hb9d3cd8_0
      - setuptools=75.1.0=pyhd8ed1ab_0
      - wheel=0.44.0=pyhd8ed1ab_0
      - pip:
        - oldflow==2.8.1  # presolve: oldflow
        # presolve: added 2 packages
        - numpy==1.23.5
        - packaging==24.1
    ");
}

#[test]
fn what_is_newer_than_the_cut_off_does_not_count() {
    let project = Project::of(&["python=3.10", "numpy", "pip:", "chartling"]);
    let arguments = ["--exclude-newer", "2024-02-29"];
    assert_snapshot!(pins_of(&project, &arguments, &["numpy", "chartling"]), @"numpy=1.26.4=py310_0 chartling==4.9.0");
}

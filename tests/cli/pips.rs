//! What the version of conda's pip decides.

use insta::assert_snapshot;

use super::{Project, pin_of};

/// A file of conda-forge for Python 3.9 with this pip and these lines for it.
fn with_pip(pip: &str, lines: &[&str]) -> Project {
    let mut text = format!(
        "channels: [conda-forge, nodefaults]\ndependencies:\n  - python=3.9\n  - {pip}\n  - pip:\n"
    );
    for line in lines {
        text += &format!("    - {line}\n");
    }
    Project::new(text)
}

#[test]
fn a_wheel_that_the_pinned_pip_does_not_take_is_named_where_it_is_built() {
    let project = with_pip("pip=20.2", &["newkiln==2.0"]);
    assert_snapshot!(project.pin(&[]), @"
    warning[old-pip]: pip 20.2.4 builds from source although a later pip could use a wheel
     --> environment.yml:4:5
      |
    4 |   - pip=20.2
      |     ^^^^^^^^ conda provides it
      |
      = note: the wheel newkiln-2.0-cp39-cp39-manylinux_2_28_x86_64.whl needs pip 20.3 or later
      = help: pin a later pip in the conda dependencies
    warning[source-build]: pip builds from source for Python 3.9.18 on linux-64: newkiln 2.0
     --> environment.yml:6:7
      |
    6 |     - newkiln==2.0
      |       ^^^^^^^^^^^^
      |
      = note: the archive shows no sign of compilation: newkiln 2.0
    note[assumed-requirements]: the requirements of newkiln 2.0 are assumed
     --> environment.yml:6:7
      |
    6 |     - newkiln==2.0
      |       ^^^^^^^^^^^^
      |
      = note: taken from egg-info in the archive, i.e. from a build on another machine
    Pinned 7 packages from conda and 1 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    let project = with_pip("pip", &["newkiln==2.0"]);
    assert_snapshot!(project.pin(&[]), @"
    Pinned 7 packages from conda and 1 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
}

#[test]
fn a_wheel_that_the_pinned_pip_does_not_take_is_named_where_there_is_nothing_else() {
    assert_snapshot!(with_pip("pip=20.2", &["newkiln==3.0"]).pin(&[]), @"
    error[unsolvable]: these 2 lines conflict on linux-64
     --> environment.yml:4:5
      |
    4 |   - pip=20.2
      |     ^^^^^^^^
    5 |   - pip:
    6 |     - newkiln==3.0
      |       ------------
      |
      = note: `pip=20.2` asks for pip (conda) 20.2.4
      = note: `newkiln==3.0` (PyPI) needs pip (conda) 24.0 or 24.2
      = note: no pip (conda) satisfies all of these
      = note: the wheel newkiln-3.0-cp39-cp39-manylinux_2_28_x86_64.whl needs pip 20.3 or later
      = help: relax any one of these 2 lines; the rest can then be satisfied
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 1
    ");
}

#[test]
fn requirements_that_break_pep_440_take_an_older_pip() {
    let pinned = with_pip("pip", &["oldglaze"]).pinned(&[]);
    assert_eq!(pin_of(&pinned, "pip"), ["pip=24.0=pyhd8ed1ab_0"]);
    assert_snapshot!(with_pip("pip=24.2", &["oldglaze"]).pin(&[]), @"
    error[unsolvable]: these 2 lines conflict on linux-64
     --> environment.yml:4:5
      |
    4 |   - pip=24.2
      |     ^^^^^^^^
    5 |   - pip:
    6 |     - oldglaze
      |       --------
      |
      = note: `pip=24.2` asks for pip (conda) 24.2
      = note: `oldglaze` (PyPI) needs pip (conda) 20.2.4 or 24.0
      = note: no pip (conda) satisfies all of these
      = note: oldglaze-1.0-py3-none-any.whl has requirements that break PEP 440: it needs pip before 24.1
      = help: relax any one of these 2 lines; the rest can then be satisfied
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 1
    ");
}

#[test]
fn an_old_pip_does_not_run_on_a_new_python() {
    let project = Project::new(
        "channels: [conda-forge, nodefaults]\ndependencies: [python=3.12, pip=20.2, {pip: [tomlish]}]\n",
    );
    assert_snapshot!(project.pin(&[]), @"
    error[unsolvable]: these 3 lines conflict on linux-64
     --> environment.yml:2:16
      |
    2 | dependencies: [python=3.12, pip=20.2, {pip: [tomlish]}]
      |                ^^^^^^^^^^^  --------         -------
      |
      = note: `python=3.12` asks for python (conda) 3.12.1
      = note: `pip=20.2` asks for pip (conda) 20.2.4
      = note: no pip (conda) satisfies all of these
      = note: pip 20.2.4 does not run on Python 3.12 and later: that needs pip 23.1.2 or later
      = note: `tomlish` is installed by pip
      = help: relax any one of these 3 lines; the rest can then be satisfied
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 1
    ");
}

#[test]
fn what_the_old_resolver_leaves_unmet_is_pinned_and_named() {
    let project = with_pip("pip=20.2", &["newcrate", "lightbolt"]);
    assert_snapshot!(project.pin(&[]), @"
    warning[legacy-resolver]: pip 20.2.4 will install packages whose requirements conflict
     --> environment.yml:7:7
      |
    7 |     - lightbolt
      |       ^^^^^^^^^
      |
      = note: lightbolt 2.1.0 requires `packaging<24`, and packaging 24.1 is installed
      = note: no set of versions satisfies all requirements, and this pip does not search for one
      = help: relax a line; pip 20.3 or later would refuse the file as it is
    Pinned 7 packages from conda and 5 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    let pinned = project.read("environment.yml");
    assert_eq!(pin_of(&pinned, "packaging"), ["packaging==24.1"]);
    assert_eq!(project.pin(&[]).code, 0);
    assert_eq!(
        project.read("environment.yml"),
        pinned,
        "pinning twice changes nothing"
    );
}

#[test]
fn a_pip_that_looks_back_refuses_the_same() {
    assert_snapshot!(with_pip("pip=24.2", &["newcrate", "lightbolt"]).pin(&[]), @"
    error[unsolvable]: these 2 lines conflict on linux-64
     --> environment.yml:6:7
      |
    6 |     - newcrate
      |       ^^^^^^^^
    7 |     - lightbolt
      |       ---------
      |
      = note: `newcrate` (PyPI) needs packaging (PyPI) 24.1
      = note: `lightbolt` (PyPI) needs packaging (PyPI) 23.2
      = note: no packaging (PyPI) satisfies all of these
      = help: relax any one of these 2 lines; the rest can then be satisfied
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 1
    ");
}

//! Each kind of conflict, and how it is told.

use insta::assert_snapshot;
use presolve::{
    explain::words,
    problem::{Problem, explain_all},
};

use crate::world::ToyWorld;

/// All conflicts of a world: the lines in brackets, then the reasons.
fn told(world: &str) -> String {
    let world = ToyWorld::new(world);
    let mut text = String::new();
    let failed = world.ask(&world.declared, |problem: &Problem<'_>| {
        explain_all(problem, &[], &mut |conflict| {
            let lines = conflict
                .lines
                .iter()
                .map(|&line| &world.declared[line].text);
            let lines: Vec<String> = lines.map(|line| format!("[{line}]")).collect();
            text += &format!("{}\n", lines.join(" "));
            for case in &conflict.cases {
                for fact in words::facts(case, &world.declared) {
                    text += &format!("  {fact}\n");
                }
                for out in &case.ruled_out {
                    text += &format!("  ({:?})\n", out.reason.kind());
                }
            }
            for missing in &conflict.missing {
                text += &format!("  missing: {}\n", missing.name);
            }
        })
    });
    failed.unwrap();
    text
}

#[test]
fn two_lines_on_one_package() {
    let world = r#"
        conda python 3.10
        conda numpy 1.19
        conda numpy 1.26
        conda scipy 1.11 : numpy >=1.21
        want numpy <1.20
        want scipy >=1.10
    "#;
    assert_snapshot!(told(world), @"
    [numpy <1.20] [scipy >=1.10]
      `numpy <1.20` asks for numpy (conda) 1.19
      `scipy >=1.10` needs numpy (conda) 1.26
      no numpy (conda) satisfies all of these
    ");
}

#[test]
fn through_another_package() {
    let world = r#"
        conda python 3.10
        conda torch 1.10
        conda torch 1.9
        conda vision 0.10 : ops
        conda ops 1 : torch ==1.9
        want torch =1.10
        want vision =0.10
    "#;
    assert_snapshot!(told(world), @"
    [torch =1.10] [vision =0.10]
      `torch =1.10` asks for torch (conda) 1.10
      `vision =0.10` needs ops (conda) 1, which needs torch (conda) 1.9
      no torch (conda) satisfies all of these
    ");
}

#[test]
fn a_version_that_is_not_there() {
    let world = r#"
        conda numpy 1.16
        conda numpy 1.18
        want numpy =1.17
    "#;
    assert_snapshot!(told(world), @"
    [numpy =1.17]
      this version does not exist; the nearest are 1.16 and 1.18
    ");
}

#[test]
fn a_minor_version_written_as_an_exact_one() {
    let world = r#"
        conda python 3.8.1
        conda python 3.8.20
        want python ==3.8
    "#;
    assert_snapshot!(told(world), @"
    [python ==3.8]
      `==3.8` matches that version only; `=3.8` matches every 3.8.*
    ");
}

#[test]
fn a_build_that_is_not_there() {
    let world = r#"
        conda numpy 1.19 build=1
        want numpy =1.19=py38_0
    "#;
    assert_snapshot!(told(world), @"
    [numpy =1.19=py38_0]
      this version is available as build 1, not as `py38_0`
    ");
}

#[test]
fn a_package_that_is_not_there() {
    let world = r#"
        conda numpy 1.19
        want nmpy
    "#;
    assert_snapshot!(told(world), @"
    [nmpy]
      `nmpy` asks for nmpy (conda), but no match is available
      missing: nmpy
    ");
}

#[test]
fn a_project_that_is_not_there() {
    let world = r#"
        conda python 3.10
        want python
        pip nmpy
    "#;
    assert_snapshot!(told(world), @"
    [nmpy]
      `nmpy` (PyPI) asks for nmpy (PyPI), but no match is available
      missing: nmpy
    ");
}

#[test]
fn what_is_needed_is_not_there() {
    let world = r#"
        conda python 3.10
        pypi a 1.0 wheels=py3 : b~=1.2.0
        pypi b 2.0 wheels=py3
        pypi b 1.1 wheels=py3
        want python
        pip a
    "#;
    assert_snapshot!(told(world), @"
    [a]
      `a` (PyPI) needs b (PyPI) ~=1.2.0, but no match is available
      this version does not exist; the nearest are 1.1 and 2.0
    ");
}

#[test]
fn yanked() {
    let world = r#"
        conda python 3.10
        pypi a 1.0 wheels=py3 yanked
        pypi a 2.0 wheels=py3
        want python
        pip a<2
    "#;
    assert_snapshot!(told(world), @"
    [a<2]
      a 1.0: it was yanked: broken
      (Yanked)
    ");
}

#[test]
fn requires_python() {
    let world = r#"
        conda python 3.7
        conda python 3.10
        pypi scikit 1.2 wheels=cp38,cp310 python>=3.8
        want python =3.7
        pip scikit==1.2
    "#;
    assert_snapshot!(told(world), @"
    [python =3.7] [scikit==1.2]
      `python =3.7` asks for python (conda) 3.7
      `scikit==1.2` (PyPI) needs python (conda) 3.10
      no python (conda) satisfies all of these
      scikit 1.2: it requires Python >=3.8
      (RequiresPython)
    ");
}

#[test]
fn wheels_for_other_pythons() {
    let world = r#"
        conda python 3.8
        conda python 3.12
        pypi old 1.0 wheels=cp38
        want python =3.12
        pip old
    "#;
    assert_snapshot!(told(world), @"
    [python =3.12] [old]
      `python =3.12` asks for python (conda) 3.12
      `old` (PyPI) needs python (conda) 3.8
      no python (conda) satisfies all of these
      old 1.0: its wheels are for cp38, and it has no source distribution
      (PythonTag)
    ");
}

#[test]
fn wheels_for_another_platform() {
    let world = r#"
        conda python 3.10
        pypi pywin 1.0 wheels=win
        want python
        pip pywin
    "#;
    assert_snapshot!(told(world), @"
    [pywin]
      pywin 1.0: it has no wheel for linux-64 and no source distribution
      (PlatformTag)
    ");
}

#[test]
fn strict_channel_priority() {
    let world = r#"
        conda python 3.10
        conda numpy 1.0 channel=first
        conda numpy 2.0 channel=second
        priority strict
        want numpy =2
    "#;
    assert_snapshot!(told(world), @"
    [numpy =2]
      numpy 2.0: strict channel priority allows numpy from first only, not second
      (ChannelPriority)
    ");
}

#[test]
fn a_virtual_package_that_the_machine_lacks() {
    let world = r#"
        conda torch 2.0 : __cuda >=12
        want torch
    "#;
    assert_snapshot!(told(world), @"
    [torch]
      `torch` needs __cuda >=12, but no match is available
      missing: __cuda
    ");
}

#[test]
fn a_virtual_package_that_is_too_old() {
    let world = r#"
        conda torch 2.0 : __glibc >=2.34
        want torch
    "#;
    assert_snapshot!(told(world), @"
    [torch]
      `torch` needs __glibc >=2.34, but no match is available
      the target has `__glibc=2.28`
    ");
}

#[test]
fn a_requirement_under_a_marker() {
    let world = r#"
        conda python 3.8
        conda python 3.10
        pypi numpy 1.26 wheels=cp310 python>=3.9
        pypi numpy 2.0 wheels=cp310 python>=3.9
        pypi numpy 1.20 wheels=cp38
        pypi opencv 4.12 wheels=py3 : numpy<2; python_version < "3.9" ; numpy>=2; python_version >= "3.9"
        want python
        pip numpy==1.26
        pip opencv
    "#;
    assert_snapshot!(told(world), @"
    [numpy==1.26] [opencv]
      `numpy==1.26` (PyPI) asks for numpy (PyPI) 1.26
      `numpy==1.26` (PyPI) needs python (conda) 3.10
      `opencv` (PyPI) needs numpy (PyPI) 2.0, given python (conda) 3.10
      no numpy (PyPI) satisfies all of these
    ");
}

#[test]
fn conda_against_pip() {
    let world = r#"
        conda python 3.10
        conda packaging 24.0 : python
        conda builder 1.0 : python ; packaging >=24
        pypi light 1.0 wheels=py3 : packaging<24
        want python
        want builder
        pip light
    "#;
    assert_snapshot!(told(world), @"
    [light]
      `light` (PyPI) needs packaging (PyPI) <24, but no match is available
      available: packaging (PyPI) 24.0
    ");
}

#[test]
fn only_wheels() {
    let world = r#"
        conda python 3.10
        pypi foo 1.0 source
        option only-binary
        want python
        pip foo
    "#;
    assert_snapshot!(told(world), @"
    [foo]
      foo 1.0: --only-binary, --no-binary or the hashes exclude its files
      (PipOption)
    ");
}

#[test]
fn a_constraint() {
    let world = r#"
        conda python 3.10
        pypi foo 1.0 wheels=py3 : bar>=2
        pypi bar 1.0 wheels=py3
        pypi bar 2.0 wheels=py3
        want python
        pip foo
        constrain bar<2
    "#;
    assert_snapshot!(told(world), @"
    [foo]
      `foo` (PyPI) needs bar (PyPI) >=2, but no match is available
      bar 2.0: the constraint bar<2 excludes it
      (Constraint)
    ");
}

#[test]
fn an_extra() {
    let world = r#"
        conda python 3.10
        pypi foo 1.0 wheels=py3 : bar>=2; extra == "x"
        pypi bar 1.0 wheels=py3
        pypi bar 2.0 wheels=py3
        want python
        pip foo[x]
        pip bar<2
    "#;
    assert_snapshot!(told(world), @"
    [foo[x]] [bar<2]
      `foo[x]` (PyPI) needs bar (PyPI) 2.0
      `bar<2` (PyPI) asks for bar (PyPI) 1.0
      no bar (PyPI) satisfies all of these
    ");
}

#[test]
fn a_pip_that_is_too_old() {
    let world = r#"
        conda python 3.8
        conda pip 18.1
        conda pip 24.0
        pypi foo 1.0 wheels=cp38-manylinux2014
        want python
        want pip =18
        pip foo
    "#;
    assert_snapshot!(told(world), @"
    [pip =18] [foo]
      `pip =18` asks for pip (conda) 18.1
      `foo` (PyPI) needs pip (conda) 24.0
      no pip (conda) satisfies all of these
      the wheel foo-1.0-cp38-cp38-manylinux2014_x86_64.whl needs pip 19.3 or later
    ");
}

#[test]
fn several_conflicts() {
    let world = r#"
        conda python 3.10
        conda numpy 1.19
        conda scipy 1.11 : numpy >=1.21
        conda a 1
        pypi foo 1.0 wheels=cp38
        want python
        want a =2
        want numpy <1.20
        want scipy
        pip foo
    "#;
    assert_snapshot!(told(world), @"
    [a =2]
      this version does not exist; the nearest is 1
    [scipy]
      `scipy` needs numpy (conda) >=1.21, but no match is available
      this version does not exist; the nearest is 1.19
    [foo]
      foo 1.0: it has no wheel for Python 3.10 on linux-64, only for cp38, and no source distribution
      (PythonTag)
    ");
}

#[test]
fn whatever_is_chosen() {
    let world = r#"
        conda python 3.9
        conda python 3.10
        conda a 1 build=1 : python 3.9 ; b
        conda a 1 build=2 : python 3.10 ; c
        conda b 1 : d <2
        conda c 1 : e <2
        conda d 2
        conda d 1
        conda e 2
        conda e 1
        want a
        want d >=2
        want e >=2
    "#;
    assert_snapshot!(told(world), @"
    [a] [d >=2] [e >=2]
      with python (conda) 3.10: `a` needs c (conda) 1, which needs e (conda) 1
      with python (conda) 3.10: `e >=2` asks for e (conda) 2
      no e (conda) satisfies all of these
      with python (conda) 3.9: `a` needs b (conda) 1, which needs d (conda) 1
      with python (conda) 3.9: `d >=2` asks for d (conda) 2
      no d (conda) satisfies all of these
    ");
}

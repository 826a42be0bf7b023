//! What the version of conda's pip decides, in a few lines each.

use insta::assert_snapshot;

use crate::world::ToyWorld;

const WORLD: &str = "
    conda python 3.8.18
    conda python 3.9.19
    conda python 3.12.1
    conda pip 18.1 noarch : python
    conda pip 19.3.1 noarch : python
    conda pip 20.2.4 noarch : python
    conda pip 24.0 noarch : python
    conda pip 25.0 noarch : python
";

fn answer(world: &str) -> String {
    ToyWorld::new(&format!("{WORLD}{world}")).answer()
}

#[test]
fn an_old_pip_takes_the_release_whose_wheels_it_knows() {
    let releases = "
        pypi foo 1.0 wheels=cp39-manylinux1
        pypi foo 2.0 wheels=cp39-manylinux2014
        pypi foo 3.0 wheels=cp39-manylinux_2_28
        pip foo
        want python=3.9
    ";
    assert_snapshot!(answer(&format!("{releases} \n want pip=18.1")), @"pip=18.1 python=3.9.19 pypi:foo==1.0");
    assert_snapshot!(answer(&format!("{releases} \n want pip=19.3")), @"pip=19.3.1 python=3.9.19 pypi:foo==2.0");
    assert_snapshot!(answer(&format!("{releases} \n want pip=20.2")), @"pip=20.2.4 python=3.9.19 pypi:foo==2.0");
    assert_snapshot!(answer(&format!("{releases} \n want pip=25")), @"pip=25.0 python=3.9.19 pypi:foo==3.0");
    assert_snapshot!(answer(&format!("{releases} \n want pip")), @"pip=25.0 python=3.9.19 pypi:foo==3.0");
    assert_snapshot!(answer(releases), @"python=3.9.19 pypi:foo==3.0");
}

#[test]
fn an_old_pip_builds_what_it_finds_no_wheel_for() {
    let mut world = ToyWorld::new(&format!(
        "{WORLD}
        pypi foo 3.0 wheels=cp39-manylinux_2_28 and-source
        pip foo
        want python=3.9
        want pip=20.2
    "
    ));
    let solved = |world: &ToyWorld| match world.solve() {
        Ok(crate::world::Outcome::Solved(solution)) => solution,
        _ => panic!("{}", world.answer()),
    };
    let package = solved(&world).pypi.remove(0);
    assert_eq!(package.distribution.filename, "foo-3.0.tar.gz");
    let (wheel, ability) = package.wheel_for_other_pip.expect("one");
    assert_eq!(wheel, "foo-3.0-cp39-cp39-manylinux_2_28_x86_64.whl");
    assert_eq!(ability.versions(), "20.3 or later");

    world.declared.pop();
    let package = solved(&world).pypi.remove(0);
    assert!(package.distribution.filename.ends_with(".whl"));
    assert!(package.wheel_for_other_pip.is_none());
}

#[test]
fn the_line_that_pins_the_old_pip_is_named() {
    assert_snapshot!(answer("
        pypi foo 3.0 wheels=cp39-manylinux_2_28
        pip foo
        want python=3.9
        want pip=20.2
    "), @"
    unsolvable: [foo] [pip=20.2]
      `foo` (PyPI) needs pip (conda) 24.0 or 25.0
      `pip=20.2` asks for pip (conda) 20.2.4
      no pip (conda) satisfies all of these
      the wheel foo-3.0-cp39-cp39-manylinux_2_28_x86_64.whl needs pip 20.3 or later
    ");
}

#[test]
fn an_old_pip_is_named_though_the_wheels_are_for_some_pythons_only() {
    assert_snapshot!(answer("
        pypi foo 3.0 wheels=cp38-manylinux1,cp39-manylinux_2_28
        pip foo
        want python=3.9
        want pip=20.2
    "), @"
    unsolvable: [foo] [python=3.9] [pip=20.2]
      `python=3.9` asks for python (conda) 3.9.19
      `foo` (PyPI) needs pip (conda) 24.0 or 25.0, given python (conda) 3.9.19
      `pip=20.2` asks for pip (conda) 20.2.4
      no pip (conda) satisfies all of these
      the wheel foo-3.0-cp39-cp39-manylinux_2_28_x86_64.whl needs pip 20.3 or later
    ");
    assert_snapshot!(answer("
        pypi foo 3.0 wheels=cp38-manylinux1,cp39-manylinux_2_28
        pip foo
        want python<3.12
        want pip=20.2
    "), @"pip=20.2.4 python=3.8.18 pypi:foo==3.0");
}

#[test]
fn an_open_pip_is_one_that_takes_all_that_is_asked_for() {
    let world = "
        pypi old 1.0 repaired : dep>=1
        pypi dep 1.0 wheels=cp39-manylinux_2_28
        pip old
        want python=3.9
    ";
    assert_snapshot!(answer(&format!("{world} \n want pip")), @"pip=24.0 python=3.9.19 pypi:dep==1.0 pypi:old==1.0");
    assert_snapshot!(answer(&format!("{world} \n want pip<20.3")), @"
    unsolvable: [old] [pip<20.3]
      `old` (PyPI) needs dep (PyPI) 1.0, which needs pip (conda) 24.0 or 25.0
      `pip<20.3` asks for pip (conda) 18.1 to 20.2.4
      no pip (conda) satisfies all of these
      old-1.0-py3-none-any.whl has requirements that break PEP 440: it needs pip before 24.1
    ");
    assert_snapshot!(answer(&format!("{world} \n want pip>=24.1")), @"
    unsolvable: [old] [pip>=24.1]
      `old` (PyPI) needs pip (conda) 18.1 to 24.0
      `pip>=24.1` asks for pip (conda) 25.0
      no pip (conda) satisfies all of these
      old-1.0-py3-none-any.whl has requirements that break PEP 440: it needs pip before 24.1
    ");
}

#[test]
fn a_release_with_sound_metadata_is_taken_by_a_new_pip() {
    let world = "
        pypi foo 1.0
        pypi foo 2.0 repaired
        pip foo
        want python=3.9
    ";
    assert_snapshot!(answer(&format!("{world} \n want pip>=24.1")), @"pip=25.0 python=3.9.19 pypi:foo==1.0");
    assert_snapshot!(answer(&format!("{world} \n want pip<24.1")), @"pip=24.0 python=3.9.19 pypi:foo==2.0");
}

#[test]
fn a_new_python_needs_a_new_pip() {
    let world = "
        pypi foo 1.0
        pip foo
    ";
    assert_snapshot!(answer(&format!("{world} \n want python \n want pip=20.2")), @"pip=20.2.4 python=3.9.19 pypi:foo==1.0");
    assert_snapshot!(answer(&format!("{world} \n want python=3.12 \n want pip")), @"pip=25.0 python=3.12.1 pypi:foo==1.0");
    assert_snapshot!(answer(&format!("{world} \n want python=3.12 \n want pip=20.2")), @"
    unsolvable: [foo] [python=3.12] [pip=20.2]
      `python=3.12` asks for python (conda) 3.12.1
      `pip=20.2` asks for pip (conda) 20.2.4
      no pip (conda) satisfies all of these
      pip 20.2.4 does not run on Python 3.12 and later: that needs pip 23.1.2 or later
      `foo` is installed by pip
    ");
    assert_snapshot!(answer(&format!("{world} \n want python=3.12 \n want pip<24")), @"
    unsolvable: [foo] [python=3.12] [pip<24]
      `python=3.12` asks for python (conda) 3.12.1
      `pip<24` asks for pip (conda) 18.1 to 20.2.4
      no pip (conda) satisfies all of these
      pip 18.1 to 20.2.4 does not run on Python 3.12 and later: that needs pip 23.1.2 or later
      `foo` is installed by pip
    ");
}

#[test]
fn a_spec_without_a_pip_list_is_left_alone() {
    assert_snapshot!(answer("want python=3.12 \n want pip=20.2"), @"pip=20.2.4 python=3.12.1");
}

#[test]
fn the_first_requirement_decides_where_pip_does_not_look_back() {
    let world = "
        pypi bar 1.0
        pypi bar 2.0
        pypi baz 1.0 : bar<2
        pypi foo 1.0 : bar>=2
        want python=3.9
    ";
    let foo_first = format!("{world} \n pip foo \n pip baz");
    assert_snapshot!(answer(&format!("{foo_first} \n want pip=20.2")), @"pip=20.2.4 python=3.9.19 pypi:bar==2.0 pypi:baz==1.0 pypi:foo==1.0 (baz 1.0 wants bar<2, 2.0 is there)");
    assert_snapshot!(answer(&format!("{world} \n pip baz \n pip foo \n want pip=20.2")), @"pip=20.2.4 python=3.9.19 pypi:bar==1.0 pypi:baz==1.0 pypi:foo==1.0 (foo 1.0 wants bar>=2, 1.0 is there)");
    assert_snapshot!(answer(&format!("{world} \n pip foo \n pip baz \n pip bar \n want pip=20.2")), @"pip=20.2.4 python=3.9.19 pypi:bar==2.0 pypi:baz==1.0 pypi:foo==1.0 (baz 1.0 wants bar<2, 2.0 is there)");
    assert_snapshot!(answer(&format!("{foo_first} \n want pip=25")), @"
    unsolvable: [foo] [baz]
      `foo` (PyPI) needs bar (PyPI) 2.0
      `baz` (PyPI) needs bar (PyPI) 1.0
      no bar (PyPI) satisfies all of these
    ");
}

#[test]
fn a_joint_solution_is_better_than_what_the_old_resolver_takes() {
    assert_snapshot!(answer("
        pypi bar 1.0
        pypi bar 2.0
        pypi foo 1.0 : bar
        pypi baz 1.0 : bar<2
        pip foo
        pip baz
        want python=3.9
        want pip=20.2
    "), @"pip=20.2.4 python=3.9.19 pypi:bar==1.0 pypi:baz==1.0 pypi:foo==1.0");
}

#[test]
fn two_lines_on_a_project_that_differ_end_the_old_resolver() {
    assert_snapshot!(answer("
        pypi bar 1.0
        pypi bar 2.0
        pip bar==1.0
        pip bar==2.0
        want python=3.9
        want pip=20.2
    "), @"
    unsolvable: [bar==1.0] [bar==2.0]
      `bar==1.0` (PyPI) asks for bar (PyPI) 1.0
      `bar==2.0` (PyPI) asks for bar (PyPI) 2.0
      no bar (PyPI) satisfies all of these
    ");
}

#[test]
fn the_old_resolver_leaves_what_conda_brings_if_it_is_what_is_asked_for_first() {
    let world = "
        conda bar 1.0 : python
        pypi bar 1.0
        pypi bar 2.0
        pypi foo 1.0 : bar>=1
        pypi baz 1.0 : bar>=2
        want python=3.9
        want pip=20.2
        want bar
    ";
    assert_snapshot!(answer(&format!("{world} \n pip foo \n pip baz")), @"bar=1.0 pip=20.2.4 python=3.9.19 pypi:bar==2.0 pypi:baz==1.0 pypi:foo==1.0 (bar over conda's bar)");
    assert_snapshot!(answer(&format!("{world} \n pip foo \n pip baz \n pip bar<2")), @"bar=1.0 pip=20.2.4 python=3.9.19 pypi:baz==1.0 pypi:foo==1.0 (bar by conda's bar) (baz 1.0 wants bar>=2, 1.0 is there)");
}

#[test]
fn extras_that_are_asked_for_later_are_lost_on_the_old_resolver() {
    assert_snapshot!(answer("
        pypi bar 1.0 : dep; extra == \"x\"
        pypi dep 1.0
        pypi foo 1.0 : bar
        pypi baz 1.0 : bar[x]<1
        pip foo
        pip baz
        want python=3.9
        want pip=20.2
    "), @"pip=20.2.4 python=3.9.19 pypi:bar==1.0 pypi:baz==1.0 pypi:foo==1.0 (baz 1.0 wants bar[x]<1, 1.0 is there)");
}

#[test]
fn a_pip_before_22_takes_a_yanked_release_where_a_range_has_no_other() {
    let world = "
        conda pip 21.3 noarch : python
        pypi foo 1.0
        pypi foo 1.1 yanked
        pypi foo 2.0 yanked
        want python
    ";
    let with = |pip: &str, line: &str| answer(&format!("{world} want pip={pip} \n pip {line}"));
    assert_snapshot!(with("21.3", "foo>1"), @"pip=21.3 python=3.9.19 pypi:foo==2.0");
    assert_snapshot!(with("21.3", "foo"), @"pip=21.3 python=3.9.19 pypi:foo==1.0");
    assert!(with("24.0", "foo>1").starts_with("unsolvable"));
}

#[test]
fn the_old_resolver_takes_a_yanked_release_where_there_is_nothing_else() {
    let world = "
        pypi foo 1.0 yanked
        pip foo
        want python=3.9
    ";
    assert_snapshot!(answer(&format!("{world} \n want pip=20.2")), @"pip=20.2.4 python=3.9.19 pypi:foo==1.0");
    assert!(answer(&format!("{world} \n want pip=25")).starts_with("unsolvable: [foo]"));
}

#[test]
fn the_old_resolver_keeps_what_conda_brings_and_no_index_has() {
    let world = "
        conda six 1.16 noarch : python
        brings six six
        pypi foo 1.0 : bar<2
        pypi bar 1.0
        pypi bar 2.0
        pypi baz 1.0 : bar>=2
        want six
        want python=3.9
        want pip=20.2
        pip six
        pip foo
        pip baz
    ";
    assert!(
        !answer(world).starts_with("unsolvable"),
        "{}",
        answer(world)
    );
}

#[test]
fn two_lines_with_other_extras_are_not_followed() {
    let answer = answer(
        "
        pypi bar 1.0
        pypi bar 2.0
        pip bar
        pip bar[x]<2
        pypi foo 1.0 : bar>=2
        pip foo
        want python=3.9
        want pip=20.2
    ",
    );
    assert!(
        answer.starts_with("unsolvable: [bar[x]<2] [foo]"),
        "{answer}"
    );
}

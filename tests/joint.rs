//! Joint problems in a few lines each.

use insta::assert_snapshot;
use presolve::problem::{Corrections, Problem, solve};

use crate::world::{Outcome, ToyWorld, solved};

fn answer(world: &str) -> String {
    ToyWorld::new(world).answer()
}

const PYTHONS: &str = "
    conda python 3.8.18
    conda python 3.9.19
    conda python 3.10.14
    conda python 3.14.0
    conda pip 24.0 noarch : python >=3.8
";

fn with_pythons(world: &str) -> String {
    answer(&format!("{PYTHONS}{world}"))
}

#[test]
fn an_open_python_goes_where_the_wheels_are() {
    assert_snapshot!(with_pythons("
        pypi tensorflow 2.8.0 wheels=cp38,cp39,cp310
        want python
        pip tensorflow==2.8.0
    "), @"python=3.10.14 pypi:tensorflow==2.8.0");
}

#[test]
fn an_open_python_goes_where_the_wheels_are_though_a_build_is_possible() {
    assert_snapshot!(with_pythons("
        pypi numpy 1.20.0 wheels=cp38,cp39 and-source
        want python
        pip numpy==1.20.0
    "), @"python=3.9.19 pypi:numpy==1.20.0");
}

#[test]
fn an_open_python_steps_back_rather_than_a_declared_project() {
    let releases = "
        pypi sdk 1.0
        pypi sdk 1.60 python<3.10
        want python
        pip sdk
    ";
    assert_snapshot!(with_pythons(releases), @"python=3.9.19 pypi:sdk==1.60");
    assert_snapshot!(with_pythons(&format!("{releases} \n want python>=3.10")), @"python=3.14.0 pypi:sdk==1.0");
    assert_snapshot!(with_pythons(&format!("{releases} \n conda new 1 : python >=3.14 \n want new")), @"new=1 python=3.14.0 pypi:sdk==1.0");
}

#[test]
fn an_open_python_steps_back_for_what_a_declared_project_needs_further_down() {
    let releases = "
        pypi sdk 0.1
        pypi sdk 1.60 : core==1.60
        pypi core 1.60 : native
        pypi native 1.0 wheels=cp39
        want python
        pip sdk
    ";
    assert_snapshot!(with_pythons(releases), @"python=3.9.19 pypi:core==1.60 pypi:native==1.0 pypi:sdk==1.60");
    // Not where another declared line would have to pay for it.
    let tool = "
        conda tool 1 : python 3.9.*
        conda tool 2 : python 3.14.*
        want tool
    ";
    assert_snapshot!(with_pythons(&format!("{releases}{tool}")), @"python=3.14.0 tool=2 pypi:sdk==0.1");
    // Nor where no python helps.
    let other = "
        pypi other 1.0 : core<1
        pypi core 0.1
        pip other
    ";
    assert_snapshot!(with_pythons(&format!("{releases}{other}")), @"python=3.14.0 pypi:core==0.1 pypi:other==1.0 pypi:sdk==0.1");
}

#[test]
fn an_open_python_steps_back_rather_than_to_build_what_has_wheels_for_an_older_one() {
    let releases = "
        pypi top 1.0 python>=3.9
        pypi sdk 1.0 : frame<2
        pypi frame 1.0 wheels=cp39 and-source
        want python
        pip top
        pip sdk
    ";
    assert_snapshot!(with_pythons(releases), @"python=3.9.19 pypi:frame==1.0 pypi:sdk==1.0 pypi:top==1.0");
}

#[test]
fn a_kept_python_is_asked_for_as_it_was_found() {
    let world = format!(
        "{PYTHONS}
        pypi sdk 2.0 python<3.10 : lib
        pypi lib 1.0 wheels=cp39
        pypi lib 2.0 wheels=cp314 and-source
        want python
        pip sdk"
    );
    let once = ToyWorld::new(&world);
    let Ok(Outcome::Solved(solution)) = once.solve() else {
        panic!("has a solution");
    };
    assert_snapshot!(solved(&solution), @"python=3.9.19 pypi:lib==2.0 pypi:sdk==2.0");
    assert_eq!(once.pinned(&solution).answer(), solved(&solution));
}

#[test]
fn a_declared_hash_rules_other_files_out() {
    let releases = "
        pypi foo 1.0 sha256=aa
        pypi foo 2.0 sha256=bb
        want python
    ";
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo \n hash sha256:aa")), @"python=3.14.0 pypi:foo==1.0");
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo \n hash sha256:cc")), @"
    unsolvable: [foo]
      foo 1.0 or 2.0: --only-binary, --no-binary or the hashes exclude its files
    ");
}

#[test]
fn a_hash_also_counts_after_a_solve_without_it() {
    let releases = "
        pypi foo 1.0 wheels=cp38 sha256=aa
        pypi foo 1.0 wheels=cp310 sha256=bb
        want python
        pip foo
        hash sha256:aa";
    let world = ToyWorld::new(&format!("{PYTHONS}{releases}"));
    let mut without = world.declared.clone();
    without.iter_mut().for_each(|line| line.hashes.clear());
    let answers = world.ask(&without, |problem| {
        let with = Problem {
            declared: &world.declared,
            world: problem.world.clone(),
        };
        [problem, &with].map(|problem| solve(problem).unwrap().map(|found| solved(&found)))
    });
    let expected = [
        "python=3.10.14 pypi:foo==1.0",
        "python=3.8.18 pypi:foo==1.0",
    ];
    assert_eq!(answers, expected.map(|text| Some(text.to_string())));
}

#[test]
fn requires_python_binds_from_above_too() {
    assert_snapshot!(with_pythons("
        pypi dataclasses 0.8 python>=3.6,<3.10
        want python
        pip dataclasses==0.8
    "), @"python=3.9.19 pypi:dataclasses==0.8");
}

#[test]
fn a_fixed_python_takes_the_source_distribution() {
    assert_snapshot!(with_pythons("
        pypi numpy 1.20.0 wheels=cp38,cp39 and-source
        want python=3.10
        pip numpy==1.20.0
    "), @"python=3.10.14 pypi:numpy==1.20.0");
}

#[test]
fn conda_gives_way_to_a_bound_of_the_pip_half() {
    assert_snapshot!(with_pythons("
        conda packaging 23.0 noarch : python
        conda packaging 25.0 noarch : python
        pypi packaging 25.0
        pypi fastai 2.0 : packaging<24
        want python
        want packaging
        pip fastai
    "), @"packaging=23.0 python=3.14.0 pypi:fastai==2.0 (packaging by conda's packaging)");
}

#[test]
fn what_conda_brings_is_not_installed_twice() {
    assert_snapshot!(with_pythons("
        conda pytorch 2.1.0 : python
        brings pytorch torch
        pypi torch 2.3.0
        pypi lightning 2.0 : torch>=2
        want python
        want pytorch
        pip lightning
    "), @"python=3.14.0 pytorch=2.1.0 pypi:lightning==2.0 (torch by conda's pytorch)");
}

#[test]
fn a_conda_package_that_nothing_asks_for_does_not_come_in_for_pip() {
    assert_snapshot!(with_pythons("
        conda numpy 1.26.0 : python
        conda pandas 2.0 : python ; numpy
        conda pandas 3.0 : python
        pypi numpy 2.0.0
        want python
        want pandas
        pip numpy
    "), @"pandas=3.0 python=3.14.0 pypi:numpy==2.0.0");
}

#[test]
fn a_marker_decides_with_the_python() {
    assert_snapshot!(with_pythons("
        pypi foo 1.0 python<3.10 : importlib-metadata ; python_version < \"3.10\"
        pypi importlib-metadata 6.0
        want python
        pip foo
    "), @"python=3.9.19 pypi:foo==1.0 pypi:importlib-metadata==6.0");
    assert_snapshot!(with_pythons("
        pypi foo 1.0 : nothing-has-it ; python_version < \"3.10\"
        want python
        pip foo
    "), @"python=3.14.0 pypi:foo==1.0");
}

#[test]
fn a_marker_can_move_python() {
    assert_snapshot!(with_pythons("
        pypi foo 1.0 : nothing-has-it ; python_version >= \"3.10\"
        want python
        pip foo
    "), @"python=3.9.19 pypi:foo==1.0");
}

#[test]
fn extras_bring_their_requirements() {
    assert_snapshot!(with_pythons("
        pypi uvicorn 0.30 : h11 ; httptools ; extra == \"standard\"
        pypi h11 0.14
        pypi httptools 0.6
        want python
        pip uvicorn[standard]
    "), @"python=3.14.0 pypi:h11==0.14 pypi:httptools==0.6 pypi:uvicorn[standard]==0.30");
}

#[test]
fn an_extra_may_name_its_own_project() {
    assert_snapshot!(with_pythons("
        pypi foo 1.0 : foo[a] ; extra == \"all\" ; bar ; extra == \"a\"
        pypi bar 3
        want python
        pip foo[all]
    "), @"python=3.14.0 pypi:bar==3 pypi:foo[a,all]==1.0");
}

#[test]
fn extras_of_what_conda_brings_come_from_pypi() {
    assert_snapshot!(with_pythons("
        conda dask 2024.1.0 noarch : python
        pypi dask 2024.1.0 : distributed ; extra == \"distributed\"
        pypi distributed 2024.1.0
        want python
        want dask
        pip dask[distributed]
    "), @"dask=2024.1.0 python=3.14.0 pypi:distributed==2024.1.0 (dask by conda's dask)");
}

#[test]
fn prereleases_come_when_asked_for() {
    let releases = "
        pypi foo 1.0
        pypi foo 2.0rc1
        want python
    ";
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo")), @"python=3.14.0 pypi:foo==1.0");
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo>=2.0rc1")), @"python=3.14.0 pypi:foo==2.0rc1");
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo>=2.0.dev0")), @"python=3.14.0 pypi:foo==2.0rc1");
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo \n option pre")), @"python=3.14.0 pypi:foo==2.0rc1");
}

#[test]
fn prereleases_come_when_there_is_nothing_else() {
    assert_snapshot!(with_pythons("
        pypi foo 2.0b1
        want python
        pip foo
    "), @"python=3.14.0 pypi:foo==2.0b1");
}

#[test]
fn a_requirement_deep_down_can_ask_for_a_prerelease() {
    assert_snapshot!(with_pythons("
        pypi otel 1.0 : semconv==0.44b0
        pypi semconv 0.44b0
        pypi semconv 0.40
        want python
        pip semconv
        pip otel
    "), @"python=3.14.0 pypi:otel==1.0 pypi:semconv==0.44b0");
}

#[test]
fn what_a_rejected_release_asks_for_is_not_let_in() {
    assert_snapshot!(with_pythons("
        pypi aa 1 : bb
        pypi aa 2 : bb>=1.0rc1 ; cc>=9
        pypi bb 1.0
        pypi bb 1.1rc1
        pypi cc 1
        want python=3.10
        pip aa
    "), @"python=3.10.14 pypi:aa==1 pypi:bb==1.0");
    assert_snapshot!(with_pythons("
        pypi aa 1 : bb
        pypi aa 2 : bb==1.1 ; cc>=9
        pypi bb 1.0
        pypi bb 1.1 yanked
        pypi cc 1
        want python=3.10
        pip aa
    "), @"python=3.10.14 pypi:aa==1 pypi:bb==1.0");
}

#[test]
fn yanked_releases_come_only_by_an_exact_pin() {
    let releases = "
        pypi foo 1.0
        pypi foo 1.1 yanked
        want python
    ";
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo")), @"python=3.14.0 pypi:foo==1.0");
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo==1.1")), @"python=3.14.0 pypi:foo==1.1");
    assert_snapshot!(with_pythons(&format!("{releases} \n pip foo>1.0")), @"
    unsolvable: [foo>1.0]
      foo 1.1: it was yanked: broken
    ");
}

#[test]
fn no_wheel_for_the_platform_is_said() {
    assert_snapshot!(with_pythons("
        pypi pywin32 306 wheels=win
        want python
        pip pywin32
    "), @"
    unsolvable: [pywin32]
      pywin32 306: it has no wheel for linux-64 and no source distribution
    ");
}

#[test]
fn two_lines_that_disagree_on_python() {
    assert_snapshot!(with_pythons("
        conda zlib 1.3
        pypi tensorflow 2.8.0 wheels=cp38,cp39
        want zlib
        want python=3.10
        pip tensorflow==2.8.0
    "), @"
    unsolvable: [python=3.10] [tensorflow==2.8.0]
      `python=3.10` asks for python (conda) 3.10.14
      `tensorflow==2.8.0` (PyPI) needs python (conda) 3.8.18 or 3.9.19
      no python (conda) satisfies all of these
      tensorflow 2.8.0: its wheels are for cp38, cp39, and it has no source distribution
    ");
}

#[test]
fn pip_over_conda_deep_down() {
    assert_snapshot!(with_pythons("
        conda numpy 1.20 : python
        conda numpy 2.0 : python
        conda scipy 1.0 : python ; numpy <2
        pypi numpy 1.20
        pypi numpy 2.0
        pypi modern 1.0 : middle
        pypi middle 1.0 : numpy>=2
        want python
        want scipy
        pip modern
    "), @"numpy=1.20 python=3.14.0 scipy=1.0 pypi:middle==1.0 pypi:modern==1.0 pypi:numpy==2.0 (numpy over conda's numpy)");
}

#[test]
fn the_conda_half_alone_can_be_the_culprit() {
    assert_snapshot!(with_pythons("
        conda a 1 : b 1.*
        conda b 1
        conda b 2
        pypi foo 1
        want a
        want python
        want b=2
        pip foo
    "), @"
    unsolvable: [a] [b=2]
      `a` needs b (conda) 1
      `b=2` asks for b (conda) 2
      no b (conda) satisfies all of these
    ");
}

#[test]
fn unknown_names_are_missing() {
    assert_snapshot!(with_pythons("
        want python
        want nmpy
    "), @"
    unsolvable: [nmpy]
      `nmpy` asks for nmpy (conda), but no match is available
      missing: nmpy
    ");
    assert_snapshot!(with_pythons("
        want python
        pip nmpy
    "), @"
    unsolvable: [nmpy]
      `nmpy` (PyPI) asks for nmpy (PyPI), but no match is available
      missing: nmpy
    ");
}

#[test]
fn unknown_metadata_is_not_guessed() {
    let releases = "
        pypi old 1.0 source unknown
        want python
    ";
    assert_snapshot!(with_pythons(&format!("{releases} \n pip old")), @"python=3.14.0 pypi:old==1.0");
    assert_snapshot!(with_pythons(&format!("pypi old 0.9 \n {releases} \n pip old")), @"python=3.14.0 pypi:old==0.9");
}

#[test]
fn a_line_for_foreign_code_meets_what_asks_for_its_project() {
    assert_snapshot!(with_pythons("
        pypi foo 1.0 : mylib>=3
        want python
        opaque mylib
        pip foo
    "), @"python=3.14.0 pypi:foo==1.0 (mylib unknown)");
}

#[test]
fn a_url_line_counts_where_its_marker_holds() {
    let lines = "
        pypi tor 1.0 wheels=cp39,cp310
        want python=3.10
        pip tor @ https://example.com/tor-1.0-cp39-cp39-manylinux_2_17_x86_64.whl ; python_version == \"3.9\"
        pip tor @ https://example.com/tor-1.0-cp310-cp310-manylinux_2_17_x86_64.whl ; python_version == \"3.10\"
    ";
    assert_snapshot!(with_pythons(lines), @"python=3.10.14 pypi:tor==1.0");
    assert_snapshot!(with_pythons(&lines.replace("python=3.10", "python=3.14")), @"python=3.14.0");
    assert_snapshot!(with_pythons("
        pypi tor 1.0
        want python
        pip other @ https://example.com/tor-1.0-py3-none-any.whl
    "), @"
    unsolvable: [other @ https://example.com/tor-1.0-py3-none-any.whl]
      other 1.0: its file is one of tor
    ");
}

#[test]
fn a_constraint_bounds_what_is_installed_anyway() {
    assert_snapshot!(with_pythons("
        pypi foo 1.0 : bar
        pypi bar 1.0
        pypi bar 2.0
        want python
        pip foo
        constrain bar<2
        constrain unused<1
    "), @"python=3.14.0 pypi:bar==1.0 pypi:foo==1.0");
}

#[test]
fn pip_over_conda_is_the_last_resort() {
    assert_snapshot!(with_pythons("
        conda numpy 1.26 : python
        conda scipy 1.0 : python ; numpy 1.26.*
        pypi numpy 1.24
        want python
        want scipy
        pip numpy==1.24
    "), @"numpy=1.26 python=3.14.0 scipy=1.0 pypi:numpy==1.24 (numpy over conda's numpy)");
}

#[test]
fn strict_priority_takes_a_name_from_one_channel() {
    let channels = "
        conda numpy 1.0 channel=first
        conda numpy 2.0 channel=second
    ";
    assert_snapshot!(answer(&format!("{channels} \n want numpy")), @"numpy=1.0");
    assert_snapshot!(answer(&format!("{channels} \n want numpy=2")), @"numpy=2.0");
    assert_snapshot!(answer(&format!("{channels} \n want numpy \n priority disabled")), @"numpy=2.0");
    assert_snapshot!(answer(&format!("{channels} \n want numpy=2 \n priority strict")), @"
    unsolvable: [numpy=2]
      numpy 2.0: strict channel priority allows numpy from first only, not second
    ");
}

#[test]
fn a_missing_virtual_package_is_a_dead_end() {
    assert_snapshot!(answer("
        conda torch 2.0 : __cuda >=12
        want torch
    "), @"
    unsolvable: [torch]
      `torch` needs __cuda >=12, but no match is available
      missing: __cuda
    ");
}

#[test]
fn prefer_binary_prefers_an_older_wheel() {
    let releases = "
        pypi foo 1.0
        pypi foo 2.0 source
        want python
        pip foo
    ";
    assert_snapshot!(with_pythons(releases), @"python=3.14.0 pypi:foo==2.0");
    assert_snapshot!(with_pythons(&format!("{releases} \n option prefer-binary")), @"python=3.14.0 pypi:foo==1.0");
}

#[test]
fn a_conda_package_may_come_in_with_what_asks_for_it() {
    // Asked for by none of the newest, so a first solution has it for pip only.
    assert_snapshot!(with_pythons("
        conda numpy 1.26.0 : python
        conda pandas 2.0 : python ; numpy
        conda pandas 3.0 : python
        want python
        want pandas
        pip numpy
    "), @"numpy=1.26.0 pandas=2.0 python=3.14.0 (numpy by conda's numpy)");
}

/// Records that lead to numpy only by way of each other, from an old pandas on.
const CHAIN: &str = "
    conda numpy 1.26.0 : python
    conda kit 1 : numpy
    conda app 1 : kit
    conda pandas 1.0 : python ; app
    conda pandas 3.0 : python
    want python
    want pandas
    pip tool
    pypi tool 1.0 : numpy
";

#[test]
fn a_chain_of_packages_that_nothing_asks_for_does_not_come_in() {
    let older = "pypi tool 0.9";
    assert_snapshot!(
        with_pythons(&format!("{CHAIN}{older}")),
        @"pandas=3.0 python=3.14.0 pypi:tool==0.9"
    );
}

#[test]
fn a_chain_of_packages_comes_in_if_nothing_else_does() {
    assert_snapshot!(
        with_pythons(CHAIN),
        @"app=1 kit=1 numpy=1.26.0 pandas=1.0 python=3.14.0 pypi:tool==1.0 (numpy by conda's numpy)"
    );
}

#[test]
fn only_records_that_bring_a_project_keep_pypi_out() {
    assert_snapshot!(with_pythons("
        conda proto 1
        conda proto 2 : python
        pypi proto 1
        want python
        want proto
        pip proto<2
    "), @"proto=1 python=3.14.0 pypi:proto==1");
}

#[test]
fn extras_of_what_conda_brings_follow_the_chosen_python() {
    let world = "
        conda dask 1 : python
        pypi dask 1 wheels=cp38 : old ; python_version < \"3.9\" and extra == \"x\"; new ; extra == \"x\"
        pypi old 1
        pypi new 1
        want dask
        want python
        pip dask[x]
    ";
    assert_snapshot!(with_pythons(world), @"dask=1 python=3.14.0 pypi:new==1 (dask by conda's dask)");
}

#[test]
fn a_constraint_binds_where_its_marker_holds() {
    let releases = "
        pypi foo 1
        pypi foo 2
        constrain foo<2; python_version == \"3.14\"
    ";
    assert_snapshot!(with_pythons(&format!("{releases} \n want python \n pip foo")), @"python=3.14.0 pypi:foo==1");
    assert_snapshot!(with_pythons(&format!("{releases} \n want python=3.10 \n pip foo")), @"python=3.10.14 pypi:foo==2");
}

#[test]
fn an_extra_that_excludes_its_own_release_does_so_where_its_marker_holds() {
    assert_snapshot!(with_pythons("
        pypi foo 1 : foo[a]==2 ; python_version >= \"3.10\" and extra == \"a\"
        want python
        pip foo[a]
    "), @"python=3.9.19 pypi:foo[a]==1");
}

#[test]
fn a_record_may_constrain_its_own_name() {
    assert_snapshot!(answer("
        conda a 1 : / a <2
        conda a 2 : / a <2
        want a
    "), @"a=1");
}

#[test]
fn two_channels_for_one_package_contradict_each_other() {
    let channels = "
        conda a 1 channel=one
        conda a 2 channel=two
    ";
    assert_snapshot!(answer(&format!("{channels} \n want two::a")), @"a=2");
    assert_snapshot!(answer(&format!("{channels} \n want one::a")), @"a=1");
    assert_snapshot!(answer(&format!("{channels} \n want one::a \n want two::a")), @"
    unsolvable: [one::a] [two::a]
      a 2: it is in two, not in the requested channel
      a 1: it is in one, not in the requested channel
    ");
}

#[test]
fn several_packages_bring_one_project_and_one_package_several() {
    let world = "
        conda tensor 2.0 : python
        conda tensor-meta 2.0 : tensor 2.0 ; python
        brings tensor flow
        brings tensor-meta flow
        conda bundle 1.0 : python
        brings bundle one
        brings bundle two
        pypi flow 3.0
        pypi one 2.0
        pypi two 2.0
        pypi user 1.0 : one ; two ; flow
        want python
    ";
    let asked = |lines: &str| with_pythons(&format!("{world}\n{lines}\npip user"));
    assert_snapshot!(asked("want tensor-meta \n want bundle"), @"bundle=1.0 python=3.14.0 tensor=2.0 tensor-meta=2.0 pypi:user==1.0 (flow by conda's tensor) (one by conda's bundle) (two by conda's bundle)");
    assert_snapshot!(asked("want tensor"), @"python=3.14.0 tensor=2.0 pypi:one==2.0 pypi:two==2.0 pypi:user==1.0 (flow by conda's tensor)");
    assert_snapshot!(asked(""), @"python=3.14.0 pypi:flow==3.0 pypi:one==2.0 pypi:two==2.0 pypi:user==1.0");
    assert_snapshot!(asked("want bundle \n pip two>=2"), @"bundle=1.0 python=3.14.0 pypi:flow==3.0 pypi:two==2.0 pypi:user==1.0 (one by conda's bundle) (two over conda's bundle)");
}

#[test]
fn a_conda_version_that_is_none_of_pypis_meets_what_asks_for_any() {
    let world = "
        conda odd 1.0_1 : python
        pypi odd 2.0
        want python
        want odd
    ";
    assert_snapshot!(with_pythons(&format!("{world} \n pip odd")), @"odd=1.0_1 python=3.14.0 (odd by conda's odd)");
    assert_snapshot!(with_pythons(&format!("{world} \n pip odd>=1")), @"odd=1.0_1 python=3.14.0 pypi:odd==2.0 (odd over conda's odd)");
}

#[test]
fn what_foreign_code_brings_replaces_condas() {
    assert_snapshot!(with_pythons("
        conda six 1.0 : python
        want python
        want six
        opaque six
    "), @"python=3.14.0 six=1.0 (six unknown) (six over conda's six)");
}

#[test]
fn the_line_that_leads_to_each_package() {
    let world = ToyWorld::new(&format!(
        "{PYTHONS}
        conda top 1 : middle
        conda middle 1 : bottom
        conda bottom 1
        pypi a 1.0 : b ; c; extra == 'more'
        pypi b 1.0 : d; python_version < '3'
        pypi c 1.0 : d
        pypi d 1.0
        want top
        want python
        pip b
        pip a[more]"
    ));
    assert_snapshot!(world.askers(), @"
    bottom: [top] top needs middle, which needs bottom
    middle: [top] top needs middle
    pypi:a: [a[more]]
    pypi:b: [b]
    pypi:c: [a[more]] a needs c
    pypi:d: [a[more]] a needs c, which needs d
    python: [python]
    top: [top]
    ");
}

#[test]
fn a_reading_that_cannot_differ_is_not_tried() {
    let pages = |foo: &str| {
        let world = ToyWorld::new(&format!(
            "conda python 3.10
             conda python 3.11
             conda pip 24.0
             pypi foo 1.0 {foo} and-source : bar<2
             pypi bar 1.0 and-source
             pypi bar 2.0 and-source
             want python
             want pip
             pip foo
             pip bar>=2"
        ));
        let solved = world.ask(&world.declared, presolve::problem::solve);
        assert!(solved.expect("it needs no network").is_none());
        let asked = world.index.asked.borrow();
        asked.iter().filter(|name| *name == "foo").count()
    };
    // Once for the best pythons and once for the strictest reading.
    assert_eq!(pages("wheels=py3"), 2);
    // With its source distribution, it is there for Python 3.11 too.
    assert_eq!(pages("wheels=cp310"), 4);
}

/// A project whose newest 60 releases contradict the rest.
fn walk() -> ToyWorld {
    let releases: String = (1..=80)
        .map(|version| format!("pypi app {version}.0 : core>={version}\n pypi core {version}.0\n"))
        .collect();
    ToyWorld::new(&format!(
        "{PYTHONS}{releases}
         want python
         want pip
         pip app
         pip core==20.0"
    ))
}

#[test]
fn releases_are_read_in_growing_steps_once_several_contradict_the_rest() {
    let world = walk();
    let solution = world.ask(&world.declared, presolve::problem::solve);
    let solution = solution.expect("it needs no network").expect("app 20");
    let version = |name: &str| {
        solution
            .release(&name.parse().unwrap())
            .unwrap()
            .version
            .to_string()
    };
    assert_eq!(version("app"), "20.0");
    let batches = world.index.batches.borrow();
    let steps: Vec<usize> = batches.iter().copied().filter(|&size| size > 8).collect();
    assert_eq!(steps, [16, 32], "{batches:?}");
}

#[test]
fn a_condition_counts_in_every_question() {
    let world = ToyWorld::new(
        r#"
        conda a 1 : x >=2[when="(c or d) and e"]
        conda c 1
        conda d 1
        conda e 1
        conda x 1
        want a
        want c
        want d
        want e
    "#,
    );
    let [c, d, e] = [1, 2, 3];
    let questions = [vec![], vec![c], vec![d], vec![c, d], vec![e], vec![0]];
    let answers = world.ask(&world.declared, |problem| {
        let mut corrections = Corrections::new(problem, &[]).unwrap();
        questions.map(|without| corrections.solves(&without, &[]).unwrap())
    });
    assert_eq!(answers, [false, false, false, true, true, true]);
}

#[test]
fn questions_read_releases_in_growing_steps_too() {
    let world = walk();
    let is_solved = world.ask(&world.declared, |problem| {
        Corrections::new(problem, &[])
            .and_then(|mut corrections| corrections.solves(&[], &[]))
            .expect("it needs no network")
    });
    assert!(is_solved);
    let batches = world.index.batches.borrow();
    let steps: Vec<usize> = batches.iter().copied().filter(|&size| size > 8).collect();
    assert_eq!(steps, [16, 32], "{batches:?}");
}

#[test]
fn metadata_that_is_read_ahead_may_be_missing() {
    let mut world = walk();
    let is_older = |file: &str| file.starts_with("app-19.0") || file.starts_with("app-7.0");
    world.index.metadata.retain(|file, _| !is_older(file));
    let solution = world.ask(&world.declared, presolve::problem::solve);
    assert!(
        solution
            .expect("no release without metadata is chosen")
            .is_some()
    );
    let is_tried = |file: &str| file.starts_with("app-50.0");
    world.index.metadata.retain(|file, _| !is_tried(file));
    let solution = world.ask(&world.declared, presolve::problem::solve);
    assert!(solution.is_err(), "app 50 comes before a release that fits");
}

//! Each rule of conda's records and specs by itself: both solvers take what conda
//! documents.

use rattler_conda_types::PackageRecord;

use super::channels::{PRIORITIES, taken, takes, takes_by_priority, task, text, virtual_package};

#[test]
fn constrains_bind_what_is_there_and_ask_for_nothing() {
    let records = r#"
        one/linux-64 a 2.0 h0_0 {"constrains": ["b <2"]}
        one/linux-64 a 1.0 h0_0
        one/linux-64 b 2.0 h0_0
        one/linux-64 b 1.0 h0_0
    "#;
    takes(records, &["a"], "a-2.0-h0_0");
    takes(records, &["a", "b"], "a-2.0-h0_0 b-1.0-h0_0");
    takes(records, &["a", "b 2.0"], "a-1.0-h0_0 b-2.0-h0_0");
    takes(records, &["a 2.0", "b 2.0"], "unsolvable");
}

#[test]
fn constrains_on_virtual_packages_bind_those_that_are_there() {
    let records = r#"
        one/linux-64 a 2.0 h0_0 {"constrains": ["__glibc >=2.30", "__cuda >=12"]}
        one/linux-64 a 1.0 h0_0 {"constrains": ["__glibc >=2.17", "__cuda >=12"]}
    "#;
    takes(records, &["a"], "a-1.0-h0_0");
    let mut task = task(records, &["a"]);
    task.virtual_packages.push(virtual_package("__cuda=11.8"));
    assert_eq!(taken(&task), "unsolvable");
}

#[test]
fn a_record_that_forbids_itself_cannot_be_had() {
    // rattler panics, or takes it: resolvo takes no constraint on its own name.
    let records = r#"
        one/linux-64 a 2.0 h0_0 {"constrains": ["a <2"]}
        one/linux-64 a 1.0 h0_0 {"constrains": ["a <2"]}
    "#;
    assert_eq!(text(&task(records, &["a"]).presolve()), "a-1.0-h0_0");
}

#[test]
fn tracked_features_come_last_whatever_the_version() {
    let records = r#"
        one/linux-64 blas 2.0 mkl_5 {"track_features": "blas_mkl"}
        one/linux-64 blas 1.0 open_0
        one/linux-64 a 2.0 h0_0 : blas * mkl_*
    "#;
    takes(records, &["blas"], "blas-1.0-open_0");
    takes(records, &["blas >=2"], "blas-2.0-mkl_5");
    takes(records, &["a"], "a-2.0-h0_0 blas-2.0-mkl_5");
    takes(
        records,
        &["blas[track_features=blas_mkl]"],
        "blas-2.0-mkl_5",
    );
}

#[test]
fn noarch_is_a_candidate_like_any_other() {
    let records = r#"
        one/linux-64 a 1.0 py310_0 : python 3.10.* {"timestamp": 2000000000000}
        one/noarch   a 1.0 py_1    : python
        one/noarch   a 1.1 py_0    : python >=3.11
        one/linux-64 python 3.10.1 h0_0
        one/linux-64 python 3.12.1 h0_0
    "#;
    takes(records, &["a"], "a-1.1-py_0 python-3.12.1-h0_0");
    takes(records, &["a 1.0"], "a-1.0-py_1 python-3.12.1-h0_0");
    takes(
        records,
        &["a", "python 3.10.*"],
        "a-1.0-py_1 python-3.10.1-h0_0",
    );
    takes(
        records,
        &["a 1.0 py310_0"],
        "a-1.0-py310_0 python-3.10.1-h0_0",
    );
}

#[test]
fn python_site_packages_path_changes_nothing_that_is_taken() {
    // It says where noarch python packages are linked to (CEP-17).
    let records = r#"
        one/linux-64 python 3.13.0 h0_cp313 {"python_site_packages_path": "lib/python3.13/site-packages"}
        one/linux-64 python 3.13.0 h1_cp313t : python_abi * *_cp313t {"python_site_packages_path": "lib/python3.13t/site-packages", "track_features": "py_freethreading"}
        one/linux-64 python_abi 3.13 8_cp313t
        one/noarch a 1.0 py_0 : python >=3.8
    "#;
    takes(records, &["a"], "a-1.0-py_0 python-3.13.0-h0_cp313");
    takes(
        records,
        &["a", "python_abi * *_cp313t", "python * *t"],
        "a-1.0-py_0 python-3.13.0-h1_cp313t python_abi-3.13-8_cp313t",
    );
}

#[test]
fn build_strings_are_matched_as_text_glob_or_regex() {
    let records = "
        one/linux-64 a 1.0 py310h1_0
        one/linux-64 a 1.0 py311h1_1
        one/linux-64 a 1.0 cuda118_py310_2
        one/linux-64 b 1.0 x_0 : a * cuda*
        one/linux-64 c 1.0 x_0 : a * *py310*
        one/linux-64 d 1.0 x_0 : a * ^py3\\d+h1_\\d$
        one/linux-64 e 1.0 x_0 : a 1.0 py310h1_0
        one/linux-64 f 1.0 x_0 : a[build=*_1]
        one/linux-64 g 1.0 x_0 : a 1.0 PY311*
        one/linux-64 h 1.0 x_0 : a * py3?0*
    ";
    takes(records, &["a"], "a-1.0-cuda118_py310_2");
    takes(records, &["b"], "a-1.0-cuda118_py310_2 b-1.0-x_0");
    takes(records, &["c"], "a-1.0-cuda118_py310_2 c-1.0-x_0");
    takes(records, &["d"], "a-1.0-py311h1_1 d-1.0-x_0");
    takes(records, &["e"], "a-1.0-py310h1_0 e-1.0-x_0");
    takes(records, &["f"], "a-1.0-py311h1_1 f-1.0-x_0");
    // CEP-29: case does not count.
    takes(records, &["g"], "a-1.0-py311h1_1 g-1.0-x_0");
    takes(records, &["a=1.0=*py310*", "a=*=*_0"], "a-1.0-py310h1_0");
}

#[test]
fn the_higher_build_number_wins_then_the_better_dependencies_then_the_time() {
    takes(
        r#"
        one/linux-64 a 1.0 h0_1 {"timestamp": 1000000000000}
        one/linux-64 a 1.0 h0_10
        one/linux-64 a 1.0 h0_2 {"timestamp": 2000000000000}
        "#,
        &["a"],
        "a-1.0-h0_10",
    );
    let records = r#"
        one/linux-64 a 1.0 py310_0 : python 3.10.* {"timestamp": 2000000000000}
        one/linux-64 a 1.0 py312_0 : python 3.12.* {"timestamp": 1000000000000}
        one/linux-64 python 3.10.1 h0_0
        one/linux-64 python 3.12.1 h0_0
    "#;
    takes(records, &["a"], "a-1.0-py312_0 python-3.12.1-h0_0");
    takes(
        r#"
        one/linux-64 a 1.0 x_0 {"timestamp": 1000000000000}
        one/linux-64 a 1.0 y_0 {"timestamp": 1500000000000}
        one/linux-64 a 1.0 z_0
        "#,
        &["a"],
        "a-1.0-y_0",
    );
}

#[test]
fn epochs_local_versions_and_odd_versions_have_condas_order() {
    // From the lowest to the highest, as conda 24.7.1 sorts them (CEP-33).
    let order = [
        "1.0a1",
        "1.0b2",
        "1.0rc1",
        "1.0.dev1",
        "1.0+cu118",
        "1.0",
        "1.0+5",
        "1.0.post1",
        "1.0.1",
        "1.1_",
        "1.1g",
        "1.1",
        "1.2-1",
        "2015.1",
        "1!0.5+cu118",
        "1!0.5",
    ];
    for pair in order.windows(2) {
        let records: String = pair
            .iter()
            .rev()
            .map(|version| format!("one/linux-64 a {version} h0_0\n"))
            .collect();
        takes(&records, &["a"], &format!("a-{}-h0_0", pair[1]));
        takes(
            &records,
            &[&format!("a <{}", pair[1])],
            &format!("a-{}-h0_0", pair[0]),
        );
        takes(
            &records,
            &[&format!("a=={}", pair[0])],
            &format!("a-{}-h0_0", pair[0]),
        );
    }
}

#[test]
fn bracket_keys_are_matched() {
    let (md5, sha256) = ("0123456789abcdef".repeat(2), "0123456789abcdef".repeat(4));
    let records = format!(
        r#"
        one/linux-64 a 1.0 h0_0 {{"md5": "{md5}", "license": "MIT"}}
        one/noarch   a 1.1 h0_1 {{"sha256": "{sha256}", "license": "BSD-3-Clause", "license_family": "BSD"}}
        one/linux-64 a 1.2 h0_2 {{"fn": "a-1.2-h0_2.tar.bz2", "license": "GPL-3.0-or-later"}}
        one/linux-64 a 1.3 h0_3
        "#
    );
    let takes = |key: &str, expected: &str| takes(&records, &[&format!("a[{key}]")], expected);
    takes(&format!("md5={md5}"), "a-1.0-h0_0");
    takes(&format!("sha256={sha256}"), "a-1.1-h0_1");
    takes(&format!("sha256={sha256},md5={md5}"), "unsolvable");
    takes(
        "url=https://conda.anaconda.org/one/linux-64/a-1.2-h0_2.tar.bz2",
        "a-1.2-h0_2.tar.bz2",
    );
    takes("build_number=1", "a-1.1-h0_1");
    takes("build_number='>=3'", "a-1.3-h0_3");
    takes("build_number='<3'", "a-1.2-h0_2.tar.bz2");
    takes("version='>=1.1,<1.3'", "a-1.2-h0_2.tar.bz2");
    takes("build='*_1'", "a-1.1-h0_1");
    takes("license=MIT", "a-1.0-h0_0");
    takes("license_family=BSD", "a-1.1-h0_1");
    takes("version='1.0|1.1' build='h0_0'", "a-1.0-h0_0");
}

#[test]
fn fields_that_rattler_does_not_look_at() {
    let records = r#"
        one/noarch   a 1.0 h0_0 {"license": "MIT"}
        one/linux-64 a 1.1 h0_0 {"license": "GPL-3.0-only"}
        one/linux-64 b 1.0 h0_0 : a[subdir=noarch]
    "#;
    let answers = |spec: &str| {
        let task = task(records, &[spec]);
        (text(&task.presolve()), text(&task.rattler()))
    };
    let both = |ours: &str, rattlers: &str| (ours.to_string(), rattlers.to_string());
    // CEP-29 and conda's MatchSpec.match: each field of the spec is matched.
    assert_eq!(
        answers("a[subdir=noarch]"),
        both("a-1.0-h0_0", "a-1.1-h0_0")
    );
    assert_eq!(answers("one/noarch::a"), both("a-1.0-h0_0", "a-1.1-h0_0"));
    assert_eq!(answers("*/noarch::a"), both("a-1.0-h0_0", "a-1.1-h0_0"));
    assert_eq!(
        answers("a[fn=a-1.0-h0_0.conda]"),
        both("a-1.0-h0_0", "a-1.1-h0_0")
    );
    assert_eq!(
        answers("b"),
        both("a-1.0-h0_0 b-1.0-h0_0", "a-1.1-h0_0 b-1.0-h0_0")
    );
    // CEP-29: case-insensitive, a glob like any other string.
    assert_eq!(answers("a[license=mit]"), both("a-1.0-h0_0", "unsolvable"));
    assert_eq!(answers("a[license=GPL*]"), both("a-1.1-h0_0", "unsolvable"));
}

#[test]
fn missing_virtual_packages_are_packages_that_nothing_has() {
    let records = "
        one/linux-64 a 2.0 cuda_0 : __cuda >=12
        one/linux-64 a 1.0 cpu_0
        one/linux-64 b 1.0 h0_0 : __glibc >=2.30
        one/linux-64 c 1.0 h0_0 : __glibc >=2.17,<3.0.a0
        one/linux-64 d 1.0 h0_0 : __archspec * x86_64_v3
    ";
    takes(records, &["a"], "a-1.0-cpu_0");
    takes(records, &["b"], "unsolvable");
    takes(records, &["c"], "c-1.0-h0_0");
    takes(records, &["d"], "unsolvable");
    takes(records, &["a", "__cuda"], "unsolvable");
    let mut gpu = task(records, &["a", "d"]);
    let more = ["__cuda=12.4", "__archspec=1=x86_64_v3"].map(virtual_package);
    gpu.virtual_packages.extend(more);
    assert_eq!(taken(&gpu), "a-2.0-cuda_0 d-1.0-h0_0");
    gpu.virtual_packages
        .retain(|package| package.name.as_normalized() != "__glibc");
    gpu.specs = vec!["c".to_string()];
    assert_eq!(taken(&gpu), "unsolvable");
}

#[test]
fn a_record_with_the_name_of_a_virtual_package_goes_by_version_and_channel() {
    let records = "
        one/linux-64 __cuda 11.0 h0_0
        one/linux-64 a 1.0 h0_0 : __cuda
    ";
    let mut task = task(records, &["a"]);
    for (driver, taken_by_priority) in [
        (
            "12.4",
            ["a-1.0-h0_0", "__cuda-11.0-h0_0 a-1.0-h0_0", "a-1.0-h0_0"],
        ),
        ("10.0", ["__cuda-11.0-h0_0 a-1.0-h0_0"; 3]),
    ] {
        task.virtual_packages = vec![virtual_package(&format!("__cuda={driver}"))];
        for (priority, expected) in PRIORITIES.into_iter().zip(taken_by_priority) {
            task.priority = priority;
            assert_eq!(taken(&task), expected, "{driver} {priority:?}");
        }
    }
}

#[test]
fn channels_that_carry_the_same_name() {
    let records = "
        one/linux-64 a 1.0 h0_0
        two/linux-64 a 2.0 h0_0
        two/noarch   a 1.0 h0_0
        two/linux-64 b 1.0 h0_0 : a >=2
    ";
    let (one, two) = ("a-1.0-h0_0", "two::a-2.0-h0_0");
    takes_by_priority(records, &["a"], [one, one, two]);
    takes_by_priority(records, &["a >=2"], ["unsolvable", two, two]);
    let both = "two::a-2.0-h0_0 two::b-1.0-h0_0";
    takes_by_priority(records, &["b"], ["unsolvable", both, both]);
    // A channel in the spec goes before any priority.
    takes(records, &["two::a"], two);
    takes(records, &["one::a"], one);
    takes(records, &["two::a 1.0"], "two::a-1.0-h0_0");
    takes(records, &["https://conda.anaconda.org/two::a"], two);
    takes(
        records,
        &["https://conda.anaconda.org/two/linux-64::a"],
        two,
    );
    takes(records, &["two/linux-64::a"], two);
    takes(records, &["a[channel=two]"], two);
    takes(records, &["two::a", "b"], both);
    takes(records, &["one::a", "b"], "unsolvable");
    takes(records, &["three::a"], "unsolvable");
    takes(records, &["one::a >=2"], "unsolvable");
    takes_by_priority(records, &["*::a"], [one, one, two]);
}

#[test]
fn a_url_is_that_one_record() {
    let records = "
        one/linux-64 a 1.0 h0_0
        two/linux-64 a 1.0 h0_0
        two/linux-64 a 2.0 h0_0
    ";
    let url =
        |channel: &str| format!("https://conda.anaconda.org/{channel}/linux-64/a-1.0-h0_0.conda");
    takes(records, &[&url("one")], "a-1.0-h0_0");
    let two = "two::a-1.0-h0_0";
    takes_by_priority(records, &[&url("two")], ["unsolvable", two, two]);
    takes(records, &[&url("three")], "unsolvable");
}

#[test]
fn conditions_of_dependencies() {
    // CEP-43: a condition holds for a package that is there, or a virtual one.
    let records = r#"
        one/linux-64 a 1.0 h0_0 : b[when="python >=3.10"] ; c[when="__unix"] ; d[when="__win"]
        one/linux-64 python 3.9.0 h0_0
        one/linux-64 python 3.12.0 h0_0
        one/linux-64 b 1.0 h0_0
        one/linux-64 c 1.0 h0_0
        one/linux-64 d 1.0 h0_0
        one/linux-64 e 1.0 h0_0 : b[when="python >=3.10 and c"] ; d[when="(python <3.10 or c >=2) and __glibc"]
    "#;
    takes(records, &["a"], "a-1.0-h0_0 c-1.0-h0_0");
    takes(
        records,
        &["a", "python"],
        "a-1.0-h0_0 b-1.0-h0_0 c-1.0-h0_0 python-3.12.0-h0_0",
    );
    takes(
        records,
        &["a", "python 3.9.*"],
        "a-1.0-h0_0 c-1.0-h0_0 python-3.9.0-h0_0",
    );
    takes(records, &["e", "python"], "e-1.0-h0_0 python-3.12.0-h0_0");
    takes(
        records,
        &["e", "python", "c"],
        "b-1.0-h0_0 c-1.0-h0_0 e-1.0-h0_0 python-3.12.0-h0_0",
    );
    takes(
        records,
        &["e", "python 3.9.*"],
        "d-1.0-h0_0 e-1.0-h0_0 python-3.9.0-h0_0",
    );
    let declared = r#"b >=1[when="python >=3.10"]"#;
    takes(
        records,
        &["python", declared],
        "b-1.0-h0_0 python-3.12.0-h0_0",
    );
    takes(records, &["python 3.9.*", declared], "python-3.9.0-h0_0");
}

#[test]
fn extras_of_conda_packages() {
    // CEP-44: the dependencies of the groups that are asked for count too, and a
    // group that a record does not have adds nothing.
    let records = r#"
        one/linux-64 a 1.0 h0_0 : c {"extra_depends": {"plots": ["b >=1"], "old": ["b <1"]}}
        one/linux-64 b 1.0 h0_0
        one/linux-64 c 1.0 h0_0
        one/linux-64 d 1.0 h0_0 : a[extras=[plots]]
        one/linux-64 e 1.0 h0_0 {"extra_depends": {"cond": ["b[when=\"d\"]"]}}
    "#;
    takes(records, &["a"], "a-1.0-h0_0 c-1.0-h0_0");
    takes(
        records,
        &["a[extras=[plots]]"],
        "a-1.0-h0_0 b-1.0-h0_0 c-1.0-h0_0 a[plots]",
    );
    takes(
        records,
        &[r#"a[extras="plots"]"#],
        "a-1.0-h0_0 b-1.0-h0_0 c-1.0-h0_0 a[plots]",
    );
    takes(records, &["a[extras=[old]]"], "unsolvable");
    takes(
        records,
        &["a[extras=[none]]"],
        "a-1.0-h0_0 c-1.0-h0_0 a[none]",
    );
    takes(
        records,
        &["d"],
        "a-1.0-h0_0 b-1.0-h0_0 c-1.0-h0_0 d-1.0-h0_0 a[plots]",
    );
    takes(records, &["e[extras=[cond]]"], "e-1.0-h0_0 e[cond]");
    takes(
        records,
        &["e[extras=[cond]]", "d"],
        "a-1.0-h0_0 b-1.0-h0_0 c-1.0-h0_0 d-1.0-h0_0 e-1.0-h0_0 a[plots] e[cond]",
    );
}

#[test]
fn extra_depends_as_rattler_spells_it() {
    // CEP-44 has `extra-depends`; rattler_conda_types reads `extra_depends` only. A
    // channel that follows the CEP would lose its extras in both solvers.
    let record = |key: &str| {
        let mut record = serde_json::json!({
            "name": "a", "version": "1.0", "build": "h0_0", "build_number": 0,
            "depends": [], "subdir": "linux-64",
        });
        record[key] = serde_json::json!({"plots": ["b"]});
        serde_json::from_value::<PackageRecord>(record)
            .unwrap()
            .extra_depends
            .len()
    };
    assert_eq!((record("extra_depends"), record("extra-depends")), (1, 0));
}

#[test]
fn flags_of_records() {
    let records = r#"
        one/linux-64 a 1.0 h0_0 {"flags": ["cuda", "blas:mkl"]}
        one/linux-64 a 1.0 h1_1 {"flags": ["blas:openblas"]}
        one/linux-64 b 1.0 h0_0 : a[flags=[cuda]]
    "#;
    takes(records, &["a"], "a-1.0-h1_1");
    takes(records, &["a[flags=[cuda]]"], "a-1.0-h0_0");
    takes(records, &["a[flags=['blas:*']]"], "a-1.0-h1_1");
    takes(records, &["a[flags=[rocm]]"], "unsolvable");
    takes(records, &["b"], "a-1.0-h0_0 b-1.0-h0_0");
}

#[test]
fn broken_dependencies_rule_out_their_record_only() {
    let records = "
        one/linux-64 a 2.0 h0_0 : b >=>1
        one/linux-64 a 1.0 h0_0
        one/linux-64 c 1.0 h0_0 : nothing-has-it
    ";
    takes(records, &["a"], "a-1.0-h0_0");
    takes(records, &["a 2.0"], "unsolvable");
    takes(records, &["c"], "unsolvable");
}

#[test]
fn twins_of_two_archive_types_are_one_package() {
    let records = r#"
        one/linux-64 a 1.0 h0_0 {"fn": "a-1.0-h0_0.tar.bz2"}
        one/linux-64 a 1.0 h0_0
    "#;
    takes(records, &["a"], "a-1.0-h0_0");
    takes(records, &["a 1.0 h0_0"], "a-1.0-h0_0");
}

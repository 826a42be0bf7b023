//! Every spelling of a version and a build that conda reads: which records meet
//! it. The expected ones are those of `MatchSpec(spec).match(record)` of conda
//! 24.7.1; both solvers are asked, one record at a time.

use presolve::target::ChannelPriority;

use super::channels::task;

const VERSIONS: &str =
    "0.9 1 1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2";
const ALL: &str = VERSIONS;

/// Which of [`VERSIONS`] a spec leaves.
const OF_VERSIONS: &[(&str, &str)] = &[
    ("x", ALL),
    ("x 1.2", "1.2 1.2.0"),
    ("x=1.2", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x =1.2", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x = 1.2", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x==1.2", "1.2 1.2.0"),
    ("x == 1.2", "1.2 1.2.0"),
    ("x===1.2", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x 1.2.*", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x=1.2.*", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x ==1.2.*", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x 1.2*", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x=1.2*", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x 1.2.0", "1.2 1.2.0"),
    ("x=1.2.0", "1.2.dev0 1.2 1.2.0 1.2.post1"),
    ("x~=1.2", "1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3"),
    ("x ~= 1.2.0", "1.2 1.2.0 1.2.post1 1.2.1"),
    (
        "x!=1.2",
        "0.9 1 1.2a1 1.2.dev0 1.2.post1 1.2.1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2",
    ),
    ("x !=1.2.*", "0.9 1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2"),
    (
        "x !=1.2,!=1.3",
        "0.9 1 1.2a1 1.2.dev0 1.2.post1 1.2.1 1.20 2.0 2.0+cu118 3.1 1!1.2",
    ),
    (
        "x>=1.2",
        "1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2",
    ),
    (
        "x >= 1.2",
        "1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2",
    ),
    ("x >=1.2, <2.0a0", "1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3"),
    ("x >=1.2 , < 2.0a0", "1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3"),
    ("x >=1.2,<1.3|3.1", "1.2 1.2.0 1.2.post1 1.2.1 3.1"),
    ("x>1.2", "1.2.post1 1.2.1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2"),
    ("x<1.2", "0.9 1 1.2a1 1.2.dev0"),
    ("x<=1.2", "0.9 1 1.2a1 1.2.dev0 1.2 1.2.0"),
    ("x<=1.2.*", "0.9 1 1.2a1 1.2.dev0 1.2 1.2.0"),
    (
        "x>=1.2.*",
        "1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2",
    ),
    ("x 1.2|3.1", "1.2 1.2.0 3.1"),
    ("x=1.2|3.1", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1 3.1"),
    (
        "x 1.2.*|3.*",
        "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1 3.1",
    ),
    ("x *", ALL),
    ("x=*", ALL),
    ("x=1", "1 1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3"),
    (
        "x 1.*",
        "1 1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3",
    ),
    ("x 1", "1"),
    ("x=1.2,<1.2.1", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1"),
    ("x 1.2,1.3", ""),
    ("x=1.2,1.3", ""),
    ("x 1!1.2", "1!1.2"),
    ("x=1!1.2", "1!1.2"),
    ("x=1!1", "1!1.2"),
    ("x>=1!0", "1!1.2"),
    ("x 2.0+cu118", "2.0+cu118"),
    ("x=2.0+cu118", "2.0+cu118"),
    ("x==2.0", "2.0"),
    ("x=2.0", "2.0 2.0+cu118"),
    ("x 1.2.dev0", "1.2.dev0"),
    ("x=1.2.dev0", "1.2.dev0"),
    ("x 1.2a1", "1.2a1"),
    ("x>=1.2.dev0,<1.2", "1.2.dev0"),
    ("x 1.2.post1", "1.2.post1"),
    ("x 1.2_post1", "1.2.post1"),
    ("x=1.2-1", "1.2.1"),
    ("X=1.3", "1.3"),
    ("x>=1.3 # comment", "1.20 1.3 2.0 2.0+cu118 3.1 1!1.2"),
    ("x>=1.3#comment", "1.20 1.3 2.0 2.0+cu118 3.1 1!1.2"),
    ("x=", ALL),
    ("x[version=1.2]", "1.2 1.2.0"),
    (
        "x[version='1.2.*']",
        "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1",
    ),
    (
        "x[version=\"=1.2\"]",
        "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1",
    ),
    (
        "x[version='>=1.2,<1.3|3.1']",
        "1.2 1.2.0 1.2.post1 1.2.1 3.1",
    ),
    ("x[version='1.2|3.1']", "1.2 1.2.0 3.1"),
    ("x [version='1.2']", "1.2 1.2.0"),
    ("x 1.3[version=1.2]", "1.2 1.2.0"),
    ("x[version=1.2]=1.3", "1.2 1.2.0"),
    ("x[1.2]", ALL),
    ("x[extra]=1.2", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x if linux", ALL),
    ("x >=1.3 if linux", "1.20 1.3 2.0 2.0+cu118 3.1 1!1.2"),
    ("x=1.2.", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1"),
    ("x !=1.2.*,>=1", "1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2"),
    (
        "x>1.2.*",
        "1.2.post1 1.2.1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2",
    ),
    ("x !=1.2*", ALL),
    (
        "x<2.0",
        "0.9 1 1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3 2.0+cu118",
    ),
    ("x>=2.0", "2.0 3.1 1!1.2"),
    ("x >=1.2,<2", "1.2 1.2.0 1.2.post1 1.2.1 1.20 1.3 2.0+cu118"),
];

/// Which of two versions in three builds a spec leaves.
const OF_BUILDS: &[(&str, &str)] = &[
    ("x 1.2 *", "1.2=py_0 1.2=py310_1 1.2=cuda_3"),
    ("x 1.2 py_0", "1.2=py_0"),
    ("x 1.2 py*", "1.2=py_0 1.2=py310_1"),
    ("x =1.2 py_0", "1.2=py_0"),
    ("x ==1.2 py_0", "1.2=py_0"),
    ("x=1.2 py_0", "1.2=py_0"),
    ("x=1.2=py_0", "1.2=py_0"),
    ("x==1.2=py_0", "1.2=py_0"),
    ("x=1.2=py*", "1.2=py_0 1.2=py310_1"),
    ("x=1.2.*=py_0", "1.2=py_0 1.2.1=py_0"),
    ("x 1.2.* py_0", "1.2=py_0 1.2.1=py_0"),
    (
        "x=1.2.*=*",
        "1.2=py_0 1.2=py310_1 1.2=cuda_3 1.2.1=py_0 1.2.1=py310_1 1.2.1=cuda_3",
    ),
    ("x = 1.2 = py_0", "1.2=py_0"),
    ("x=*=cuda*", "1.2=cuda_3 1.2.1=cuda_3"),
    ("x * cuda_3", "1.2=cuda_3 1.2.1=cuda_3"),
    ("x * *_1", "1.2=py310_1 1.2.1=py310_1"),
    (
        "x * ^py.*$",
        "1.2=py_0 1.2=py310_1 1.2.1=py_0 1.2.1=py310_1",
    ),
    ("x 1.2 ^py\\d*_\\d$", "1.2=py_0 1.2=py310_1"),
    (
        "x >=1.2 py*",
        "1.2=py_0 1.2=py310_1 1.2.1=py_0 1.2.1=py310_1",
    ),
    (
        "x >=1.2,<2=py*",
        "1.2=py_0 1.2=py310_1 1.2.1=py_0 1.2.1=py310_1",
    ),
    ("x[build=py_0]", "1.2=py_0 1.2.1=py_0"),
    (
        "x[build='^(py|cuda).*$']",
        "1.2=py_0 1.2=py310_1 1.2=cuda_3 1.2.1=py_0 1.2.1=py310_1 1.2.1=cuda_3",
    ),
    (
        "x[version='>=1.2',build='py*']",
        "1.2=py_0 1.2=py310_1 1.2.1=py_0 1.2.1=py310_1",
    ),
    ("x[version='>=1.2' build=py_0]", "1.2=py_0 1.2.1=py_0"),
    ("x[build_number=3]", "1.2=cuda_3 1.2.1=cuda_3"),
    (
        "x[build_number='>=1']",
        "1.2=py310_1 1.2=cuda_3 1.2.1=py310_1 1.2.1=cuda_3",
    ),
    (
        "x[build_number='<3']",
        "1.2=py_0 1.2=py310_1 1.2.1=py_0 1.2.1=py310_1",
    ),
    ("x[build_number=1,version=1.2.1]", "1.2.1=py310_1"),
    ("x [build=py_0]", "1.2=py_0 1.2.1=py_0"),
    ("x 1.2 [build=py_0]", "1.2=py_0"),
    ("x=1.2.1[build=py_0]", "1.2.1=py_0"),
    ("x 1.2 py*[build=py_0]", "1.2=py_0"),
    ("x=1.2=py_0 ", "1.2=py_0"),
    ("x * py31*_1", "1.2=py310_1 1.2.1=py310_1"),
    ("one::x=1.2.1=py_0", "1.2.1=py_0"),
    ("one/linux-64::x=1.2.1=py_0", "1.2.1=py_0"),
    ("one:ns:x=1.2.1=py_0", "1.2.1=py_0"),
    ("*::x=1.2.1=py_0", "1.2.1=py_0"),
    ("https://conda.anaconda.org/one::x=1.2.1=py_0", "1.2.1=py_0"),
    (
        "https://conda.anaconda.org/one/linux-64::x=1.2.1=py_0",
        "1.2.1=py_0",
    ),
    (
        "https://conda.anaconda.org/one/linux-64/x-1.2.1-py_0.conda",
        "1.2.1=py_0",
    ),
    ("x[channel=one,version=1.2.1,build=py_0]", "1.2.1=py_0"),
    ("x[subdir=linux-64,version=1.2.1,build=py_0]", "1.2.1=py_0"),
    (
        "x[url=https://conda.anaconda.org/one/linux-64/x-1.2.1-py_0.conda]",
        "1.2.1=py_0",
    ),
];

/// Where rattler, and presolve with it, leaves something else than conda does.
const NOT_AS_CONDA: &[(&str, &str)] = &[
    // CEP-29 is with rattler: `!=` is the opposite of the fuzzy `=1.2`. conda
    // compares `1.2*` as a version.
    ("x !=1.2*", "0.9 1 1.20 1.3 2.0 2.0+cu118 3.1 1!1.2"),
    // CEP-29 is with conda: `1.2a1` has a segment `2a1` where `1.2.0` has `2`.
    ("x=1.2.0", "1.2a1 1.2.dev0 1.2 1.2.0 1.2.post1"),
];

/// The versions and builds that meet a spec, of `name=version=build` records.
fn left(spec: &str, records: &[(&str, &str)]) -> String {
    let mut left = Vec::new();
    for (version, build) in records {
        let mut task = task(&format!("one/linux-64 x {version} {build}"), &[spec]);
        task.priority = ChannelPriority::Flexible;
        match task.compare() {
            Ok("solved") => left.push((*version, *build)),
            Ok(_) => {}
            Err(difference) => panic!("{spec} {version} {build}: {difference}"),
        }
    }
    let one_build = records.iter().all(|(_, build)| *build == records[0].1);
    let shown = left.iter().map(|(version, build)| {
        if one_build {
            (*version).to_string()
        } else {
            format!("{version}={build}")
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn differences(table: &[(&str, &str)], records: &[(&str, &str)]) -> Vec<String> {
    let mut differences = Vec::new();
    for (spec, expected) in table {
        let known = NOT_AS_CONDA.iter().find(|(other, _)| other == spec);
        let expected = known.map_or(*expected, |(_, left)| left);
        let left = left(spec, records);
        if left != expected {
            differences.push(format!("{spec}: {left} instead of {expected}"));
        }
    }
    differences
}

#[test]
fn every_spelling_of_a_version_leaves_what_conda_leaves() {
    let records: Vec<_> = VERSIONS
        .split(' ')
        .map(|version| (version, "py_0"))
        .collect();
    assert_eq!(differences(OF_VERSIONS, &records).join("\n"), "");
}

#[test]
fn every_spelling_of_a_build_leaves_what_conda_leaves() {
    let builds = ["py_0", "py310_1", "cuda_3"];
    let records: Vec<_> = ["1.2", "1.2.1"]
        .into_iter()
        .flat_map(|version| builds.map(|build| (version, build)))
        .collect();
    assert_eq!(differences(OF_BUILDS, &records).join("\n"), "");
}

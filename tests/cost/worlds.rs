//! Worlds small enough to count by hand.

use std::time::Instant;

use presolve::{
    explain::cost::{
        Aim, Cost, Criterion, Limits, Question, Remedy, Scope, SpecChange, Verdict, predict,
    },
    packages::conda::Origin,
    words,
};
use rattler_conda_types::{RepoDataRecord, Subdir};

use crate::world::{Outcome, ToyWorld};

/// Three pythons; numpy is built for each of them but the newest, pandas for none in
/// particular, and tool is in two channels.
const WORLD: &str = "
    conda python 3.9
    conda python 3.10
    conda python 3.11
    conda numpy 1.20 build=py39 : python 3.9.*
    conda numpy 1.26 build=py39 : python 3.9.*
    conda numpy 1.26 build=py310 : python 3.10.*
    conda pandas 1.0 : numpy >=1.20 ; python
    conda pandas 2.0 : numpy >=1.26 ; python
    conda tool 1.0 : python
    conda tool 2.0 channel=other : python
    conda tool 3.0 channel=other : python
";

fn solution(world: &ToyWorld) -> Option<Vec<RepoDataRecord>> {
    match world.solve().unwrap() {
        Outcome::Solved(solution) => Some(solution.conda),
        Outcome::Unsolvable(_) => None,
    }
}

fn cost_with(
    world: &ToyWorld,
    solution: Option<&[RepoDataRecord]>,
    limits: Limits,
    deadline: Option<Instant>,
) -> Cost {
    let origins = (0..world.subdirs.len()).map(|channel| Origin {
        channel: Some(channel),
        subdir: Subdir::Linux64,
    });
    let origins: Vec<Origin> = origins.collect();
    let question = Question {
        subdirs: &world.subdirs,
        origins: &origins,
        channel_bytes: 0,
        channel_priority: world.priority,
        virtual_packages: &world.virtual_packages,
        declared: &world.declared,
        solution,
    };
    predict(&question, limits, deadline)
}

fn cost(wants: &str) -> Cost {
    let world = ToyWorld::new(&format!("{WORLD}\n{wants}"));
    let solution = solution(&world);
    cost_with(&world, solution.as_deref(), Limits::default(), None)
}

/// Each line: its records, and what it reaches.
fn reach(cost: &Cost) -> Vec<String> {
    let lines = cost.lines.iter().map(|line| {
        let reach = line.reach;
        let (matching, records, names) = (reach.matching, reach.records, reach.names);
        format!("{}: {matching} to {records} of {names}", line.text)
    });
    lines.collect()
}

#[test]
fn each_line_is_counted_with_what_it_reaches() {
    let cost = cost("want python\nwant pandas");
    // All of pandas need numpy, and all of numpy a python that is not 3.11.
    assert_eq!(reach(&cost), ["python: 2 to 2 of 1", "pandas: 2 to 7 of 3"]);
    assert_eq!(cost.space.records, 7);
    assert_eq!(cost.space.names, 3);
    assert_eq!(cost.space.versions, 6);
    assert_eq!(cost.space.edges, 7);
    assert_eq!(cost.space.pythons, ["3.9", "3.10"]);
    assert_eq!(cost.features.distance, Some(0));
}

#[test]
fn a_declared_version_prunes_what_does_not_fit_it() {
    let cost = cost("want python 3.10.*\nwant pandas");
    // numpy for python 3.9 goes, since nothing it depends on is left.
    assert_eq!(
        reach(&cost),
        ["python 3.10.*: 1 to 1 of 1", "pandas: 2 to 4 of 3"]
    );
    assert_eq!(cost.features.distance, Some(0));
}

#[test]
fn a_dependency_that_all_records_share_prunes_others() {
    let world = "
        conda app 1.0 : lib >=2
        conda app 2.0 : lib >=3
        conda lib 1.0
        conda lib 2.0
        conda lib 3.0
        conda other 1.0 : lib 1.*
        conda other 2.0 : lib 2.*
        want app
        want other
    ";
    let world = ToyWorld::new(world);
    let solution = solution(&world);
    let cost = cost_with(&world, solution.as_deref(), Limits::default(), None);
    // Both of app need lib 2 or later, so lib 1 goes; then other 1.0; then both of
    // app are met, but lib 3 is nothing for other: lib 2 stays, and app 2.0 goes.
    assert_eq!(reach(&cost), ["app: 1 to 2 of 2", "other: 1 to 2 of 2"]);
    assert_eq!(cost.space.records, 3);
}

#[test]
fn the_distance_is_counted_in_versions_and_then_in_builds() {
    let world = "
        conda left 1.0 : base 2.*
        conda left 2.0 : base 1.*
        conda left 3.0 : base 1.*
        conda right 1.0 build=h_0 : base 1.*
        conda right 1.0 build=h_1 : base 2.*
        conda right 1.0 build=h_2 : base 2.*
        conda base 1.0
        conda base 2.0
        want left
        want right
    ";
    let world = ToyWorld::new(world);
    let solution = solution(&world).expect("there is one");
    let cost = cost_with(&world, Some(&solution), Limits::default(), None);
    let chosen = |name: &str| {
        let mut records = solution.iter();
        let record = records.find(|record| record.package_record.name.as_normalized() == name);
        let package = &record.expect("it is there").package_record;
        format!("{}={}", package.version, package.build)
    };
    assert_eq!(chosen("left"), "3.0=0");
    assert_eq!(chosen("right"), "1.0=h_0");
    assert_eq!(chosen("base"), "1.0=0");
    // The newest left, the third build of right, the second version of base.
    assert_eq!(cost.features.distance, Some(3));
}

#[test]
fn a_chain_longer_than_the_stack_is_followed() {
    let mut text = "conda package0 1\n".to_string();
    for package in 1..4000 {
        text += &format!("conda package{package} 1 : package{}\n", package - 1);
    }
    let world = ToyWorld::new(&format!("{text}want package3999"));
    let cost = cost_with(&world, None, Limits::default(), None);
    assert_eq!(cost.space.records, 4000);
}

#[test]
fn the_channel_of_a_line_stays() {
    let wants = "want python\nwant other::tool";
    let world = ToyWorld::new(&format!("{}\n{wants}", many_versions()));
    let solution = solution(&world).expect("there is one");
    let cost = cost_with(&world, Some(&solution), TIGHT, None);
    assert_eq!(cost.lines[1].reach.matching, 120);
    let pinned = cost
        .remedies
        .iter()
        .find_map(|remedy| match &remedy.change {
            SpecChange::PinLine { line: 1, to } => Some(to.as_str()),
            _ => None,
        });
    assert_eq!(pinned, Some("other::tool==2.119"), "{:?}", cost.remedies);
}

#[test]
fn virtual_packages_that_the_target_lacks_rule_records_out() {
    let world = "
        conda torch 1.0
        conda torch 2.0 : __cuda >=12
        conda torch 1.5 : __glibc >=2.17
        want torch
    ";
    let world = ToyWorld::new(world);
    let solution = solution(&world);
    let cost = cost_with(&world, solution.as_deref(), Limits::default(), None);
    assert_eq!(reach(&cost), ["torch: 2 to 2 of 1"]);
    assert_eq!(cost.space.edges, 0);
}

#[test]
fn strict_priority_leaves_the_first_channel() {
    let flexible = cost("want tool");
    assert_eq!(flexible.space.overlap.names, 1);
    assert_eq!(flexible.space.overlap.added_records, 2);
    assert_eq!(flexible.space.overlap.largest[0].name, "tool");
    assert_eq!(reach(&flexible), ["tool: 3 to 6 of 2"]);
    let strict = cost("want tool\npriority strict");
    assert_eq!(strict.space.overlap.names, 0);
    assert_eq!(reach(&strict), ["tool: 1 to 4 of 2"]);
}

#[test]
fn a_spec_without_a_solution_is_judged_by_what_is_not_pruned() {
    let cost = cost("want python 3.11.*\nwant numpy");
    assert!(!cost.satisfiable);
    assert_eq!(cost.features.distance, None);
    assert_eq!(cost.features.unpruned, 6);
    assert_eq!(cost.features.lines, 2);
    assert!(cost.remedies.is_empty(), "{:?}", cost.remedies);
}

#[test]
fn pip_lines_do_not_count() {
    let cost = cost("want python\npip pandas");
    assert_eq!(reach(&cost), ["python: 3 to 3 of 1"]);
}

/// Toy worlds exceed it.
const TIGHT: Limits = Limits {
    seconds: 0.001,
    memory_mb: None,
};

/// The prediction for the spec with the remedy applied by hand.
#[track_caller]
fn assert_worked_out(remedy: &Remedy, changed: &str, solution: &[RepoDataRecord]) {
    let world = ToyWorld::new(&format!("{}\n{changed}", many_versions()));
    let anew = cost_with(&world, Some(solution), TIGHT, None);
    assert_eq!(remedy.prediction, anew.prediction, "{:?}", remedy.change);
}

/// [`WORLD`] with many versions of each package.
fn many_versions() -> String {
    let mut text = String::new();
    for minor in 6..14 {
        text += &format!("conda python 3.{minor}\n");
    }
    for version in 0..120 {
        for minor in 6..13 {
            text += &format!("conda numpy 1.{version} build=py3{minor} : python 3.{minor}.*\n");
        }
        text += &format!("conda pandas 1.{version} : numpy >=1.{version} ; python\n");
        text += &format!("conda tool 1.{version} : python\n");
        text += &format!("conda tool 2.{version} channel=other : python\n");
    }
    text
}

/// Some packages of a solution.
fn part(solution: &[RepoDataRecord], keep: impl Fn(&str) -> bool) -> Vec<RepoDataRecord> {
    let kept = solution.iter();
    kept.filter(|record| keep(record.package_record.name.as_normalized()))
        .cloned()
        .collect()
}

#[test]
fn remedies_are_worked_out_anew() {
    let wants = "want python\nwant numpy\nwant pandas\nwant tool";
    let world = ToyWorld::new(&format!("{}\n{wants}", many_versions()));
    let solution = solution(&world).expect("there is one");
    let cost = cost_with(&world, Some(&solution), TIGHT, None);
    let mut seen = Vec::new();
    for remedy in &cost.remedies {
        assert!(remedy.prediction.cpu_seconds < 0.9 * cost.prediction.cpu_seconds);
        assert!(remedy.keeps_solution, "{:?}", remedy.change);
        let changed = match &remedy.change {
            SpecChange::PinFile => {
                "want python 3.12 0\nwant numpy 1.119 py312\nwant pandas 1.119 0\nwant tool 1.119 0"
                    .to_string()
            }
            SpecChange::PinPython { line: Some(0), to } => wants.replacen("python", to, 1),
            SpecChange::PinLine { line, to } => {
                let name = world.declared[*line].text.clone();
                wants.replace(&format!("want {name}"), &format!("want {to}"))
            }
            SpecChange::DropLine { line, provided_by } => {
                assert_eq!((*line, provided_by.as_slice()), (1, [2].as_slice()));
                wants.replace("want numpy\n", "")
            }
            SpecChange::StrictPriority { names, ruled_out } => {
                assert_eq!((*names, *ruled_out), (1, 120));
                format!("{wants}\npriority strict")
            }
            SpecChange::SplitLine { line, alone } => {
                let name = world.declared[*line].text.as_str();
                let own = Remedy {
                    prediction: *alone,
                    ..remedy.clone()
                };
                let is_own = |other: &str| match name {
                    "tool" => matches!(other, "tool" | "python"),
                    _ => other != "tool",
                };
                let part = part(&solution, is_own);
                assert_worked_out(&own, &format!("want python\nwant {name}"), &part);
                let rest = self::part(&solution, |other| other != name);
                let without = wants.replace(&format!("\nwant {name}"), "");
                assert_worked_out(remedy, &without, &rest);
                continue;
            }
            change @ SpecChange::PinPython { .. } => panic!("{change:?}"),
        };
        assert_worked_out(remedy, &changed, &solution);
        seen.push(std::mem::discriminant(&remedy.change));
    }
    let file = std::mem::discriminant(&SpecChange::PinFile);
    assert_eq!(seen.first(), Some(&file), "{:?}", cost.remedies);
    seen.dedup();
    assert!(seen.len() >= 3, "{:?}", cost.remedies);
}

#[test]
fn without_time_no_remedy_is_tried() {
    let world = ToyWorld::new(&format!("{WORLD}\nwant pandas"));
    let solution = solution(&world);
    let now = Instant::now();
    let cost = cost_with(&world, solution.as_deref(), TIGHT, Some(now));
    assert!(!cost.complete);
    assert!(cost.remedies.is_empty());
    assert!(cost.prediction.cpu_seconds > 0.0);
}

#[test]
fn verdicts_are_held_against_the_limits() {
    let limits = Limits {
        seconds: 100.0,
        memory_mb: Some(1000.0),
    };
    let of = |seconds, mb| Verdict::of(seconds, mb, &limits);
    assert_eq!(of(59.0, 999.0), Verdict::Fine);
    assert_eq!(of(60.0, 999.0), Verdict::Slow);
    assert_eq!(of(100.0, 999.0), Verdict::TimesOut);
    assert_eq!(of(1.0, 1000.0), Verdict::RunsOutOfMemory);
    assert_eq!(of(100.0, 1000.0), Verdict::RunsOutOfMemory);
    let azure = Limits::default();
    assert_eq!(Verdict::of(5399.0, 1e9, &azure), Verdict::Slow);
    assert_eq!(Verdict::of(5400.0, 1.0, &azure), Verdict::TimesOut);
}

/// A world in which thousands of records are open.
fn large() -> ToyWorld {
    let mut text = String::new();
    for minor in 6..14 {
        text += &format!("conda python 3.{minor}\n");
    }
    for package in 0..12 {
        for version in 0..40 {
            let channel = if version % 4 == 3 {
                " channel=other"
            } else {
                ""
            };
            let below = if package == 0 {
                String::new()
            } else {
                format!(" ; package{} >=0.{}", package - 1, version / 2)
            };
            for minor in 6..13 {
                text += &format!(
                    "conda package{package} 0.{version} build=py3{minor}{channel} : python 3.{minor}.*{below}\n"
                );
            }
        }
    }
    ToyWorld::new(&format!(
        "{text}want python\nwant package11\nwant package5\nwant package0 <0.30"
    ))
}

/// The older one of two packages is, the newer the other may be: conda has to prove how far
/// both are from their newest versions.
#[test]
fn the_lines_that_make_an_objective_large_are_named() {
    let mut text = String::new();
    for version in 0..120 {
        let other = 119 - version;
        text += &format!("conda shared {version}\n");
        text += &format!("conda rising {version} : shared {version}\n");
        text += &format!("conda falling {version} : shared {other}\n");
        text += &format!("conda single {version}\n");
    }
    let wants = "want rising\nwant falling\nwant single";
    let world = ToyWorld::new(&format!("{text}{wants}"));
    let solution = solution(&world).expect("there is one");
    let cost = cost_with(&world, Some(&solution), Limits::default(), None);
    let pass = cost.passes.iter().max_by_key(|pass| pass.nodes);
    let pass = pass.expect("an objective");
    assert_eq!(pass.aim, Aim::Steps(Scope::Requested, Criterion::Version));
    assert_eq!((pass.terms, pass.distance), (3 * 119, 119));
    insta::assert_snapshot!(words::cost::lines(&cost).join("\n"));
}

const REQUESTED: Aim = Aim::Steps(Scope::Requested, Criterion::Version);
const OTHERS: Aim = Aim::Steps(Scope::Others, Criterion::Version);

/// The steps of conda's optimum, if presolve's solution is the one for `known`.
fn steps_of_optimum(records: &str, wants: &str, known: &str) -> Vec<(Aim, u64)> {
    let known = solution(&ToyWorld::new(&format!("{records}\n{known}")));
    let world = ToyWorld::new(&format!("{records}\n{wants}"));
    let cost = cost_with(&world, known.as_deref(), Limits::default(), None);
    assert!(cost.satisfiable);
    let passes = cost.passes.iter();
    let steps = passes.filter(|pass| pass.distance > 0 && pass.aim != Aim::Packages);
    steps.map(|pass| (pass.aim, pass.distance)).collect()
}

#[test]
fn conda_avoids_features_before_it_looks_at_other_versions() {
    let records = "
        conda app 1 : lib
        conda lib 1
        conda lib 2
        conda lib 3 track
        conda lib 4 track
    ";
    let known = "want app\nwant lib 4";
    assert_eq!(steps_of_optimum(records, "want app", known), [(OTHERS, 2)]);
    // The version of a line comes before the features.
    assert_eq!(steps_of_optimum(records, "want app\nwant lib", known), []);
}

#[test]
fn conda_takes_the_newest_requested_packages_at_any_cost_to_others() {
    let records = "
        conda app 1 : lib
        conda app 2 : lib 1.*
        conda lib 1
        conda lib 2
        conda lib 3
        conda lib 4
    ";
    let known = "want app 1";
    assert_eq!(steps_of_optimum(records, "want app", known), [(OTHERS, 3)]);
    let wants = "want app\nwant lib";
    let both = steps_of_optimum(records, wants, known);
    // One step of app is nearer than three of lib.
    assert_eq!(both, [(REQUESTED, 1)]);
}

#[test]
fn conda_minimises_the_largest_step_before_the_sum() {
    // The old app keeps all versions of both in the index.
    let mut records = "
        conda app 0 : left ; right
        conda app 1 build=one : left 1.* ; right 4.*
        conda app 1 build=two : left 2.* ; right 2.*
    "
    .to_string();
    for version in 1..5 {
        records += &format!("conda left {version}\nconda right {version}\n");
    }
    // The known solution takes three steps of left and none of right, conda's two of each.
    let known = "want app 1 one";
    assert_eq!(steps_of_optimum(&records, "want app", known), [(OTHERS, 4)]);
}

#[test]
fn the_cost_is_said() {
    let world = large();
    let solution = solution(&world);
    let said = |seconds: f64, memory_mb: Option<f64>| {
        let limits = Limits { seconds, memory_mb };
        let cost = cost_with(&world, solution.as_deref(), limits, None);
        words::cost::lines(&cost).join("\n")
    };
    insta::assert_snapshot!(said(5400.0, None));
    insta::assert_snapshot!("memory", said(5400.0, Some(140.0)));
    insta::assert_snapshot!("time", said(5.0, None));
    let cost = cost_with(&world, None, Limits::default(), None);
    insta::assert_snapshot!("no_solution", words::cost::lines(&cost).join("\n"));
}

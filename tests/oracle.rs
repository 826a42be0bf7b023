//! presolve against brute force: on small random worlds its answers are held
//! against all assignments.
//!
//! `PRESOLVE_FUZZ=20000` tries that many worlds; `PRESOLVE_SEED=7` tries one and
//! prints it.

mod brute;
pub(crate) mod generate;
pub(crate) mod model;

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use brute::{Admit, Conda, From, Oracle, Pip, Rules, Unasked};
use model::{Line, Model};
use presolve::problem::{Conflict, Corrections, Declared, DeclaredKind, Solution};

use crate::{
    random::{Random, number},
    world::{Outcome, ToyWorld, solved},
};

const STRICT: Rules = Rules {
    admit: Admit::Least,
    overwrite: false,
    unasked: Unasked::None,
};

/// What presolve said of a world.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Verdict {
    CondaOnly,
    Solved,
    Overwritten,
    /// Only a pip that does not look at clashes would install it.
    Clashing,
    Unsolvable,
}

#[test]
fn answers_hold_against_brute_force() {
    if let Some(seed) = number("PRESOLVE_SEED") {
        let model = generate::world(seed);
        println!("{}{}", model.text(), ToyWorld::new(&model.text()).answer());
        check(&model).unwrap();
        return;
    }
    let count = number("PRESOLVE_FUZZ").unwrap_or(400);
    let mut verdicts = std::collections::BTreeMap::new();
    for seed in 0..count {
        let model = generate::world(seed);
        match checked(&model) {
            Ok(verdict) => *verdicts.entry(verdict).or_insert(0) += 1,
            Err(complaint) => fail(seed, model, &complaint),
        }
    }
    println!("{count} worlds: {verdicts:?}");
}

/// Many questions to one solver are answered as each of them alone.
#[test]
fn parts_of_a_world_have_a_solution_where_they_are_solved_alone() {
    let count = number("PRESOLVE_FUZZ").unwrap_or(300);
    let (mut answers, mut different) = ([0, 0], 0);
    for seed in 0..count {
        let model = generate::world(seed);
        // What a pip that ignores conflicts installs is not asked of the solver.
        if model.records.iter().any(|record| record.name == "pip") {
            continue;
        }
        let mut world = ToyWorld::new(&model.text());
        let lines = world.declared.len();
        // Fewer lines must not mean more conflicts.
        let conda = |line: &Declared| match &line.kind {
            DeclaredKind::Conda(spec) => spec.name.as_exact().cloned(),
            _ => None,
        };
        let asked = world.declared.iter().filter_map(conda);
        world.asked = asked.map(|name| name.as_normalized().to_string()).collect();
        let random = &mut Random(seed);
        let parts: Vec<Vec<usize>> = (0..8)
            .map(|_| (0..lines).filter(|_| random.percent(30)).collect())
            .collect();
        let found = world.ask(&world.declared, |problem| {
            let mut corrections = Corrections::new(problem, &[]).unwrap();
            let mut solves = |without: &Vec<usize>| corrections.solves(without, &[]).unwrap();
            parts.iter().map(&mut solves).collect::<Vec<bool>>()
        });
        for (without, found) in parts.iter().zip(found) {
            let kept = (0..lines).filter(|line| !without.contains(line));
            let kept: Vec<_> = kept.map(|line| world.declared[line].clone()).collect();
            let alone = matches!(world.solve_lines(&kept), Ok(Outcome::Solved(_)));
            answers[usize::from(found)] += 1;
            // The readings are approximations, and a fix is solved again before it is shown.
            different += usize::from(found != alone);
        }
    }
    let least = answers.into_iter().min().unwrap_or_default();
    assert!(50 * different < least, "{answers:?}, {different}");
}

/// Shrinks the world as long as something is wrong with it, and shows it.
fn fail(seed: u64, mut model: Model, complaint: &str) -> ! {
    let kind = |complaint: &str| complaint.split(':').next().map(ToString::to_string);
    let mut complaint = complaint.to_string();
    while let Some((smaller, why)) = model.smaller().into_iter().find_map(|smaller| {
        let why = checked(&smaller).err()?;
        (kind(&why) == kind(&complaint)).then_some((smaller, why))
    }) {
        (model, complaint) = (smaller, why);
    }
    let text = model.text();
    let answer = catch_unwind(|| ToyWorld::new(&text).answer()).unwrap_or_default();
    panic!("seed {seed}: {complaint}\n{text}{answer}");
}

fn checked(model: &Model) -> Result<Verdict, String> {
    catch_unwind(AssertUnwindSafe(|| check(model))).unwrap_or_else(|_| Err("it panics".to_string()))
}

fn check(model: &Model) -> Result<Verdict, String> {
    let world = ToyWorld::new(&model.text());
    match world.solve() {
        Ok(Outcome::Solved(solution)) => check_solution(model, &solution),
        Ok(Outcome::Unsolvable(unsolvable)) => check_unsolvable(model, &unsolvable),
        Err(failure) => Err(format!("failure: {failure}")),
    }
}

fn oracle<'m>(model: &'m Model, lines: Vec<&'m Line>, rules: Rules) -> Oracle<'m> {
    Oracle {
        model,
        lines,
        rules,
    }
}

fn check_solution(model: &Model, solution: &Solution) -> Result<Verdict, String> {
    check_again(model, solution)?;
    if solution.by_legacy_resolver {
        check_no_solution(model)?;
        return Ok(Verdict::Clashing);
    }
    let overwrite = !solution.overwritten.is_empty();
    let rules = Rules {
        admit: Admit::Most,
        overwrite,
        ..STRICT
    };
    let judge = oracle(model, model.lines.iter().collect(), rules);
    let conda = conda_of(model, solution);
    if !judge.conda_holds(&conda) {
        return Err("the conda half does not hold".to_string());
    }
    let pip = pip_of(model, solution);
    let Some(asked) = judge.extras_asked(&conda, &pip) else {
        return Err("the pip half does not hold".to_string());
    };
    for package in &solution.pypi {
        let extras: BTreeSet<String> = package.extras.iter().map(ToString::to_string).collect();
        if asked[package.name.as_ref()] != extras {
            return Err(format!("extras: {} has others", package.name));
        }
    }
    let strict = oracle(model, judge.lines.clone(), STRICT);
    if overwrite && strict.solvable() {
        return Err("it overwrites without need".to_string());
    }
    if !overwrite {
        check_first_project(&strict, &conda, &pip)?;
    }
    Ok(match (overwrite, solution.pypi.is_empty()) {
        (true, _) => Verdict::Overwritten,
        (false, true) => Verdict::CondaOnly,
        (false, false) => Verdict::Solved,
    })
}

/// The first declared project that comes from PyPI has the best release that the
/// conda half leaves: none nearer to the declared lines could be in its way.
/// Pinning twice changes nothing.
fn check_again(model: &Model, solution: &Solution) -> Result<(), String> {
    let again = ToyWorld::new(&model.text()).pinned(solution).answer();
    let once = solved(solution);
    if again == once {
        Ok(())
    } else {
        Err(format!("pinned again: {again}\nat first: {once}"))
    }
}

fn check_first_project(oracle: &Oracle<'_>, conda: &Conda, pip: &Pip) -> Result<(), String> {
    let releases = &oracle.model.releases;
    // A build is not offered where an open python could go where the wheels are.
    if releases
        .iter()
        .any(|release| release.source && !release.wheels.is_empty())
    {
        return Ok(());
    }
    let chosen = oracle.lines.iter().find_map(|line| match line {
        Line::Pip(requirement) => match pip.get(&requirement.project)? {
            From::Release(place) => Some(*place),
            From::Conda(_) => None,
        },
        _ => None,
    });
    let Some(chosen) = chosen else {
        return Ok(());
    };
    for (place, release) in releases.iter().enumerate() {
        let better = release.project == releases[chosen].project
            && release.version > releases[chosen].version;
        if better && oracle.any_pip_with(conda, place) {
            return Err(format!("improve: {} could be newer", release.project));
        }
    }
    Ok(())
}

fn conda_of(model: &Model, solution: &Solution) -> Conda {
    let world = ToyWorld::new(&model.text());
    let records = world.subdirs.iter().flat_map(|subdir| subdir.iter());
    let records: Vec<_> = records.collect();
    let place = |record| records.iter().position(|other| *other == record).unwrap();
    let names = solution.conda.iter();
    names
        .map(|record| {
            (
                record.package_record.name.as_normalized().to_string(),
                place(record),
            )
        })
        .collect()
}

fn pip_of(model: &Model, solution: &Solution) -> Pip {
    let mut pip = Pip::new();
    for provided in &solution.provided {
        pip.insert(
            provided.project.to_string(),
            From::Conda(provided.conda_name.clone()),
        );
    }
    for package in &solution.pypi {
        let text = format!("pypi {} {} ", package.name, package.version);
        let place = model
            .releases
            .iter()
            .position(|release| release.text().starts_with(&text));
        pip.insert(package.name.to_string(), From::Release(place.unwrap()));
    }
    pip
}

fn check_no_solution(model: &Model) -> Result<(), String> {
    let all: Vec<&Line> = model.lines.iter().collect();
    for overwrite in [false, true] {
        let rules = Rules {
            overwrite,
            ..STRICT
        };
        if oracle(model, all.clone(), rules).solvable() {
            return Err(format!("it can be solved: overwriting {overwrite}"));
        }
    }
    Ok(())
}

fn check_unsolvable(model: &Model, unsolvable: &Conflict) -> Result<Verdict, String> {
    check_no_solution(model)?;
    check_conflict(model, &unsolvable.lines)?;
    Ok(Verdict::Unsolvable)
}

/// What holds where presolve says that there is no solution: a line that is taken out
/// is out for the constraints of a `-c` file only if it is one.
pub(crate) fn solvable_with(model: &Model, keep: &dyn Fn(usize) -> bool, leniently: bool) -> bool {
    let kept = model.lines.iter().enumerate();
    let kept = kept.filter(|(place, line)| keep(*place) || matches!(line, Line::Constrain(_)));
    // A core is looked for among the lines alone: python is there even where the
    // line that asks for it is not, and a pip, and so is what pip would take from conda.
    let least = Rules {
        overwrite: true,
        unasked: Unasked::Python,
        ..STRICT
    };
    let most = Rules {
        admit: Admit::Most,
        overwrite: true,
        unasked: Unasked::All,
    };
    let rules = if leniently { most } else { least };
    oracle(model, kept.map(|(_, line)| line).collect(), rules).solvable()
}

/// A conflict has no solution, and without any one of its lines there is one.
pub(crate) fn check_conflict(model: &Model, conflict: &[usize]) -> Result<(), String> {
    if solvable_with(model, &|place| conflict.contains(&place), false) {
        return Err("core: it can be solved alone".to_string());
    }
    for &line in conflict {
        let rest = |place: usize| conflict.contains(&place) && place != line;
        if !solvable_with(model, &rest, true) {
            return Err(format!(
                "core too large: without line {line} there is no solution either"
            ));
        }
    }
    Ok(())
}

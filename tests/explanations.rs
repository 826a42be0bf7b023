//! What `explain` says of small random worlds is held against brute force, and its
//! chains and fixes are solved.
//!
//! `PRESOLVE_FUZZ=20000` tries that many worlds; `PRESOLVE_SEED=7` tries one and
//! prints it.

use std::collections::BTreeSet;

use presolve::{
    explain::proposals,
    problem::{
        Conflict, Declared, DeclaredKind, Problem,
        conflict::{Chain, Half},
        explain_all,
    },
};
use rattler_conda_types::{MatchSpec, ParseMatchSpecOptions};

use crate::{
    oracle::{check_conflict, generate, model::Model, solvable_with},
    random::number,
    world::ToyWorld,
};

#[derive(Default, Debug)]
struct Seen {
    worlds: u64,
    unsolvable: u64,
    several: u64,
    conflicts: u64,
    without_reason: u64,
    by_choice: u64,
    chains: u64,
    fixes: u64,
}

#[test]
fn explanations_hold() {
    let mut seen = Seen::default();
    let seeds = match number("PRESOLVE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("PRESOLVE_FUZZ").unwrap_or(300),
    };
    for seed in seeds {
        let model = generate::world(seed);
        if let Err(complaint) = check(&model, &mut seen) {
            panic!("seed {seed}: {complaint}\n{}", model.text());
        }
    }
    println!("{seen:?}");
    // A test that sees nothing proves nothing.
    if seen.worlds >= 300 {
        assert!(
            seen.unsolvable > 20 && seen.several > 0 && seen.fixes > 20,
            "{seen:?}"
        );
    }
}

fn check(model: &Model, seen: &mut Seen) -> Result<(), String> {
    let world = ToyWorld::new(&model.text());
    seen.worlds += 1;
    let conflicts = conflicts(&world, &world.declared)?;
    if conflicts.is_empty() {
        return Ok(());
    }
    seen.unsolvable += 1;
    seen.several += u64::from(conflicts.len() > 1);
    for (place, conflict) in conflicts.iter().enumerate() {
        seen.conflicts += 1;
        check_conflict(model, &conflict.lines)?;
        let overlaps = conflicts[..place]
            .iter()
            .any(|other| other.lines.iter().any(|line| conflict.lines.contains(line)));
        if overlaps {
            return Err("two conflicts share a line".to_string());
        }
        check_reasons(&world, conflict, seen)?;
    }
    check_fixes(model, &world, &conflicts, seen)
}

fn conflicts(world: &ToyWorld, declared: &[Declared]) -> Result<Vec<Conflict>, String> {
    let mut found = Vec::new();
    let all =
        |problem: &Problem<'_>| explain_all(problem, &[], &mut |conflict| found.push(conflict));
    world
        .ask(declared, all)
        .map_err(|failure| failure.to_string())?;
    Ok(found)
}

/// A chain says which versions its line leaves: with any other one there must be no
/// solution, even of that line alone.
fn check_reasons(world: &ToyWorld, conflict: &Conflict, seen: &mut Seen) -> Result<(), String> {
    seen.without_reason += u64::from(conflict.cases.is_empty() && conflict.missing.is_empty());
    seen.by_choice += u64::from(conflict.cases.len() > 1);
    for case in &conflict.cases {
        for line in &conflict.lines {
            let told = case.chains.iter().any(|chain| chain.line == *line);
            let choice = case.choice.is_some() || case.chains.iter().any(|c| !c.given.is_empty());
            // pip has to run for whatever is in its list.
            let choice = choice || case.disputed.name == "pip";
            if !told && !choice {
                return Err(format!("line {line} has no chain"));
            }
        }
        for chain in &case.chains {
            if case.choice.is_none() && chain.given.is_empty() {
                seen.chains += 1;
                check_chain(world, chain)?;
            }
        }
    }
    Ok(())
}

fn check_chain(world: &ToyWorld, chain: &Chain) -> Result<(), String> {
    let end = chain.end();
    let name = &end.package.name;
    if name.contains('[') || end.package.half == Half::Virtual {
        return Ok(());
    }
    let left = end
        .versions
        .as_ref()
        .map_or(&[][..], |versions| &versions.all);
    let line = &world.declared[chain.line];
    // A line that asks for a conda package lets it in, which pip lines do not.
    let lets_in = end.package.half == Half::Conda && !matches!(&name[..], "python" | "pip");
    if lets_in && !line.is_conda() {
        return Ok(());
    }
    for version in versions(world, name, end.package.half) {
        if left.contains(&version) {
            continue;
        }
        let text = format!("{name}=={version}");
        let kind = match end.package.half {
            Half::Pypi => DeclaredKind::Pip(Box::new(text.parse().unwrap())),
            _ => {
                let options = ParseMatchSpecOptions::lenient();
                DeclaredKind::Conda(Box::new(MatchSpec::from_str(&text, options).unwrap()))
            }
        };
        let other = Declared {
            text,
            kind,
            ..line.clone()
        };
        let mut lines = vec![line.clone(), other];
        // Which files count depends on constraints and on the pip that there is.
        let everywhere = world.declared.iter().filter(|line| {
            let pip = line.is_conda() && line.names("pip");
            pip || matches!(line.kind, DeclaredKind::PipConstraint(_))
        });
        lines.extend(everywhere.cloned());
        if conflicts(world, &lines)?.is_empty() {
            return Err(format!(
                "`{}` can be had with {name} {version}, and its chain says {left:?}",
                line.text
            ));
        }
    }
    Ok(())
}

fn versions(world: &ToyWorld, name: &str, half: Half) -> Vec<String> {
    let mut versions: Vec<String> = match half {
        Half::Pypi => {
            let projects = world.index.projects.iter();
            let mut of = projects.filter(|(project, _)| project.as_ref() == name);
            let releases = of.next().map(|(_, project)| project.releases.keys());
            releases
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect()
        }
        _ => {
            let records = world.subdirs.iter().flat_map(|subdir| subdir.iter());
            let of = records.filter(|record| record.package_record.name.as_normalized() == name);
            of.map(|record| record.package_record.version.to_string())
                .collect()
        }
    };
    versions.sort();
    versions.dedup();
    versions
}

/// Without the lines of a fix there is a solution, with any one of them there is none,
/// and with what they become there is one.
fn check_fixes(
    model: &Model,
    world: &ToyWorld,
    conflicts_: &[Conflict],
    seen: &mut Seen,
) -> Result<(), String> {
    let cores: Vec<Vec<usize>> = conflicts_.iter().map(|c| c.lines.clone()).collect();
    let mut found = Vec::new();
    let ask = |problem: &Problem<'_>| proposals(problem, &cores, &|_| true, &mut found);
    world
        .ask(&world.declared, ask)
        .map_err(|failure| failure.to_string())?;
    if found.is_empty() {
        return Err("there is no fix".to_string());
    }
    let all = &world.declared;
    // Whether yanked releases and pre-releases count is learnt from all lines, those
    // that change included: a proposal with such a one is refused when it is solved.
    let text = model.text();
    let learns = text.contains("yanked") || text.contains("rc1");
    // The old resolver installs what clashes, which brute force does not.
    let learns = learns || text.contains("conda pip 18.1");
    for proposal in &found {
        seen.fixes += 1;
        let lines: Vec<usize> = proposal.lines.iter().map(|line| line.line).collect();
        let family = || proposal.together.iter().flat_map(|moved| &moved.lines);
        let is_moved = |place| family().any(|(moved, _)| *moved == place);
        let stays = |place: usize| !lines.contains(&place) && !is_moved(place);
        if !learns && !solvable_with(model, &stays, true) {
            return Err(format!("fix: without {lines:?} there is no solution"));
        }
        for &kept in &lines {
            let keep = |place: usize| place == kept || stays(place);
            if solvable_with(model, &keep, false) {
                return Err(format!(
                    "fix too large: {kept} of {lines:?} need not change"
                ));
            }
        }
        let mut declared = world.declared.clone();
        for (line, with) in family() {
            declared[*line] = with.clone();
        }
        for line in &proposal.lines {
            if let Some(with) = &line.with {
                declared[line.line] = with.clone();
            }
        }
        let gone = proposal.lines.iter().filter(|line| line.with.is_none());
        let gone: Vec<usize> = gone.map(|line| line.line).collect();
        let kept = declared.into_iter().enumerate();
        let kept = kept.filter(|(place, _)| !gone.contains(place));
        let declared: Vec<Declared> = kept.map(|(_, line)| line).collect();
        let ask = |problem: &Problem<'_>| {
            let mut world = problem.world.clone();
            world.asked = conda_names(all);
            let changed = Problem {
                declared: &declared,
                world,
            };
            let mut found = 0;
            explain_all(&changed, &[], &mut |_| found += 1).map(|()| found)
        };
        let left = world.ask(&declared, ask);
        if left.map_err(|failure| failure.to_string())? > 0 && !learns {
            return Err(format!("fix: {:?} does not mend it", proposal.lines));
        }
    }
    Ok(())
}

fn conda_names(declared: &[Declared]) -> BTreeSet<String> {
    let names = declared.iter().filter_map(|line| match &line.kind {
        DeclaredKind::Conda(spec) => Some(spec.name.as_exact()?.as_normalized().to_string()),
        _ => None,
    });
    names.collect()
}

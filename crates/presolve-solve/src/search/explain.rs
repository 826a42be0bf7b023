//! Why a problem has no solution, and whether a changed one has.
//!
//! All lines that could be at fault are checked in the most lenient reading: what clashes
//! there clashes in every one.

use std::collections::HashSet;

use pep508_rs::PackageName;
use rattler_conda_types::MatchSpec;

use super::{
    best_pythons::best_pythons,
    conda_alone::{self, projects},
    joint::{Goal, Outcome, joint},
    reading::Reading,
};
use crate::{
    attempt::Attempt,
    conflict::{self, Conflict},
    encode::rules::Rules,
    legacy,
    model::{Declared, DeclaredKind, Problem, World, error::SolveError, solution::Solution},
    verify,
};

/// Says why a problem has no solution.
///
/// # Errors
/// As for [`solve`](super::solve). That the problem can be solved is an error too.
pub fn explain(problem: &Problem<'_>) -> Result<Conflict, SolveError> {
    conflict(problem)?.ok_or_else(|| SolveError::unverified("there is one after all"))
}

/// All conflicts of a problem, handed over as they are found: each is one of the lines that
/// are left when those of the others are taken out. `out` are taken out from the start.
///
/// # Errors
/// As for [`solve`](super::solve).
pub fn explain_all(
    problem: &Problem<'_>,
    out: &[usize],
    found: &mut dyn FnMut(Conflict),
) -> Result<(), SolveError> {
    let mut left: Vec<usize> = (0..problem.declared.len())
        .filter(|line| !out.contains(line))
        .collect();
    loop {
        let declared: Vec<Declared> = left
            .iter()
            .map(|&line| problem.declared[line].clone())
            .collect();
        let rest = Problem {
            declared: &declared,
            world: World {
                asked: problem.conda_names(),
                ..problem.world.clone()
            },
        };
        // The first conflict is known to be there. That the rest has a solution, a strict
        // reading mostly finds sooner than the lenient one.
        let is_rest = left.len() < problem.declared.len();
        if is_rest && matches!(is_soon_solved(problem, &rest), Ok(true)) {
            return Ok(());
        }
        let Some(mut conflict) = conflict(&rest)? else {
            return Ok(());
        };
        conflict.renumber(&left);
        left.retain(|line| !conflict.lines.contains(line));
        let goes_on = conflict.minimal;
        found(conflict);
        if !goes_on {
            return Ok(());
        }
    }
}

/// Why a problem has no solution in the most lenient reading, if it has none.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn conflict(problem: &Problem<'_>) -> Result<Option<Conflict>, SolveError> {
    leniently(problem)?.map(conflict::explain).transpose()
}

/// The attempt in the most lenient reading, if it has no solution.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn leniently<'a>(problem: &'a Problem<'a>) -> Result<Option<Attempt<'a>>, SolveError> {
    let mut attempt = Attempt::new(problem, Rules::default())?;
    let Some(chosen) = attempt.run()? else {
        return Ok(Some(attempt));
    };
    if !problem.has_pip() {
        return Ok(None);
    }
    let conda = conda_alone::read(&attempt, &chosen)?;
    let lenient = Rules::lenient(projects(problem, &conda));
    // With every pip a release may be spoken for by another file than with those
    // that are declared: if that makes it solvable, the declared ones are kept.
    for open_pip in [true, false] {
        let rules = Rules {
            open_python: true,
            open_pip,
            ..lenient.clone()
        };
        if let Outcome::Unsolvable(attempt, _) = joint(problem, rules.into(), Goal::Any)? {
            // A pip that does not look at clashes installs it all the same.
            let installed = legacy::install(problem, &conda)?;
            return Ok(installed.is_none().then_some(*attempt));
        }
    }
    Ok(None)
}

/// A solution of a problem with a pip half in a strict reading, whatever it is like. Where
/// there is one, this finds it sooner than a lenient reading; where there is none,
/// another reading may have one. What is learnt on the way is in the reading afterwards,
/// for the next question.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn strictly(
    problem: &Problem<'_>,
    reading: &mut Reading,
) -> Result<Option<Box<Solution>>, SolveError> {
    let best_served = best_pythons(&Attempt::new(problem, reading.rules.clone())?)?;
    let on_best = reading.with(|rules| rules.pythons = best_served);
    let Outcome::Solved(solution, learnt) = joint(problem, on_best, Goal::Any)? else {
        return Ok(None);
    };
    *reading = learnt.on_all_pythons();
    Ok(Some(solution))
}

/// A solution in the most lenient reading, with the python and the pip that the lines
/// require.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn most_leniently(
    problem: &Problem<'_>,
    conda_first: HashSet<PackageName>,
) -> Result<Option<Box<Solution>>, SolveError> {
    let rules = Rules::lenient(conda_first);
    Ok(joint(problem, rules.into(), Goal::Any)?.solution())
}

/// Whether a strict reading of a part of a problem has a solution.
fn is_soon_solved(problem: &Problem<'_>, part: &Problem<'_>) -> Result<bool, SolveError> {
    if !part.has_pip() {
        return Ok(conda_alone::solution(part)?.is_some());
    }
    let lines = with_pip(problem, part.declared.to_vec());
    let part = Problem {
        declared: &lines,
        world: part.world.clone(),
    };
    let Some(conda) = conda_alone::solution(&part)? else {
        return Ok(false);
    };
    let mut reading = Rules::strict(projects(&part, &conda)).into();
    Ok(strictly(&part, &mut reading)?.is_some())
}

/// Some lines of a problem, with an open one on pip if the problem has one on it that is
/// not among them: without any, it is not known which pip runs, and a strict reading
/// takes it for one that can do all.
pub(crate) fn with_pip(problem: &Problem<'_>, mut lines: Vec<Declared>) -> Vec<Declared> {
    let is_on_pip = |line: &&Declared| line.is_conda() && line.names("pip");
    if let Some(line) = problem.declared.iter().find(is_on_pip)
        && !lines.iter().any(|line| is_on_pip(&line))
        && let DeclaredKind::Conda(spec) = &line.kind
    {
        let open = MatchSpec {
            name: spec.name.clone(),
            ..MatchSpec::default()
        };
        lines.push(Declared {
            text: open.to_string(),
            kind: DeclaredKind::Conda(Box::new(open)),
            channels: Vec::new(),
            hashes: Vec::new(),
        });
    }
    lines
}

/// Whether a solution of another problem also solves this one.
///
/// # Errors
/// A [`SolveError`] if an index could not be queried.
pub(crate) fn holds(problem: &Problem<'_>, solution: &Solution) -> Result<bool, SolveError> {
    Ok(!solution.by_legacy_resolver
        && verify::unfounded(problem, solution).is_empty()
        && verify::violations(problem, solution, true)?.is_empty())
}

//! Explains why a problem has no solution, and checks whether a changed one has.
//!
//! All lines that could be at fault are checked in the most lenient reading. Lines that
//! conflict there conflict in every reading.

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

/// Explains why a problem has no solution.
///
/// # Errors
/// As for [`solve`](super::solve), and also an error if the problem has a solution.
pub fn explain(problem: &Problem<'_>) -> Result<Conflict, SolveError> {
    let undated = problem.with_undated();
    let problem = undated.as_ref().unwrap_or(problem);
    conflict(problem)?.ok_or_else(|| SolveError::unverified("there is one after all"))
}

/// Finds all conflicts of a problem and reports each immediately. Each conflict is among the
/// lines that remain after those of the earlier ones are removed. The lines `out` are removed
/// from the start.
///
/// # Errors
/// As for [`solve`](super::solve).
pub fn explain_all(
    problem: &Problem<'_>,
    out: &[usize],
    found: &mut dyn FnMut(Conflict),
) -> Result<(), SolveError> {
    let undated = problem.with_undated();
    let problem = undated.as_ref().unwrap_or(problem);
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
        // The first conflict certainly exists. Later, a strict reading usually proves sooner
        // than the lenient one that the rest has a solution.
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

/// Returns the conflict of a problem in the most lenient reading, if it has no solution there.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn conflict(problem: &Problem<'_>) -> Result<Option<Conflict>, SolveError> {
    leniently(problem)?.map(conflict::explain).transpose()
}

/// Returns the attempt in the most lenient reading, if it has no solution.
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
    // If any pip is allowed, another file may represent a release than with the declared pips.
    // If this gives a solution, only the declared pips are allowed.
    for open_pip in [true, false] {
        let rules = Rules {
            open_python: true,
            open_pip,
            ..lenient.clone()
        };
        if let Outcome::Unsolvable(attempt, _) = joint(problem, rules.into(), Goal::Any)? {
            // A pip that ignores conflicts installs the packages anyway.
            let installed = legacy::install(problem, &conda)?;
            return Ok(installed.is_none().then_some(*attempt));
        }
    }
    Ok(None)
}

/// Returns any solution of a problem with a pip half in a strict reading. If one exists, this
/// is faster than a lenient reading. If none exists, another reading may still have one. The
/// reading keeps its lessons for the next question.
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

/// Returns a solution in the most lenient reading, with the python and the pip that the lines
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

/// Returns the lines, with an unconstrained one on pip added if the problem has a line on pip
/// that is not among them. Without such a line the pip is unknown, and a strict reading would
/// assume that it has every ability.
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

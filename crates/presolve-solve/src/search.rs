//! Solves a problem. The readings are tried from the strictest to the most lenient.
//!
//! The conda half alone is solved first. If it has no solution, the problem has none. If it
//! has one, it shows which projects conda provides anyway. These are tried from conda first,
//! and all others from PyPI first.
//!
//! Conda records without a date count last: only if a cut-off for dates leaves no solution.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    attempt::Attempt,
    encode::{pypi::Lessons, rules::Rules},
    legacy,
    model::{Problem, error::SolveError, ratings::Sources, solution::Solution},
    verify,
};
use best_pythons::best_pythons;
use joint::{Goal, Outcome, joint};
use proof::Proof;
use reading::Reading;

mod best_pythons;
pub(crate) mod conda_alone;
mod explain;
mod improve;
mod joint;
mod leaks;
mod older_python;
mod proof;
pub(crate) mod reading;

pub(crate) use explain::{conflict, holds, leniently, most_leniently, strictly, with_pip};
pub use explain::{explain, explain_all};

/// Solves a problem; `None` if there is no solution. It blocks, so call it on a thread that
/// may block.
///
/// # Errors
/// A [`SolveError`] if an index could not be queried, the deadline passed, or a declared
/// line is not valid.
pub fn solve(problem: &Problem<'_>) -> Result<Option<Box<Solution>>, SolveError> {
    let solution = by_reading(problem)?;
    match problem.with_undated().filter(|_| solution.is_none()) {
        None => Ok(solution),
        Some(undated) => by_reading(&undated),
    }
}

fn by_reading(problem: &Problem<'_>) -> Result<Option<Box<Solution>>, SolveError> {
    let Some(conda) = conda_alone::solution(problem)? else {
        return Ok(None);
    };
    if !problem.has_pip() {
        let conda = Box::new(Arc::unwrap_or_clone(conda));
        return checked(problem, conda, &Rules::default()).map(Some);
    }
    let first = Rules::strict(conda_alone::projects(problem, &conda));
    let best_served = best_pythons(&Attempt::new(problem, first.clone())?)?;
    if best_served.is_some() {
        let rules = Rules {
            pythons: best_served,
            ..first.clone()
        };
        if let Outcome::Solved(solution, reading) = joint(problem, rules.into(), Goal::Best)? {
            return best_python(problem, solution, *reading).map(Some);
        }
    }
    let mut needs_build = false;
    let mut readings = VecDeque::from(READINGS.map(|reading| under(reading, &first)));
    while let Some(rules) = readings.pop_front() {
        if rules.sources == Sources::Unknown && !needs_build {
            break;
        }
        match joint(problem, rules.into(), Goal::Best)? {
            Outcome::Solved(solution, reading) => {
                return best_python(problem, solution, *reading).map(Some);
            }
            Outcome::Unsolvable(attempt, lessons) => {
                needs_build |= lessons.needs_build;
                narrow(&mut readings, &attempt, &lessons);
            }
        }
    }
    by_legacy_resolver(problem, &conda)
}

/// The readings of both halves, strictest first: the source distributions that count, and
/// whether pip may overwrite conda packages.
const READINGS: [(Sources, bool); 5] = [
    (Sources::WhereNoWheel, false),
    (Sources::Known, false),
    (Sources::Known, true),
    (Sources::Unknown, false),
    (Sources::Unknown, true),
];

fn under((sources, overwrite): (Sources, bool), first: &Rules) -> Rules {
    Rules {
        sources,
        overwrite,
        ..first.clone()
    }
}

/// Removes the readings that the proof of an attempt refutes, and gives the others its lessons.
fn narrow(readings: &mut VecDeque<Rules>, attempt: &Attempt<'_>, lessons: &Lessons) {
    if let Some(proof) = Proof::new(attempt) {
        readings.retain(|rules| !proof.holds_under(rules));
    }
    let learnt = &attempt.encoder().terms().rules;
    for rules in readings {
        rules.prereleases.clone_from(&learnt.prereleases);
        rules
            .prereleases
            .extend(lessons.prereleases.iter().cloned());
        rules.yanked.clone_from(&learnt.yanked);
        rules.yanked.extend(lessons.yanked.iter().cloned());
    }
}

fn by_legacy_resolver(
    problem: &Problem<'_>,
    conda: &Solution,
) -> Result<Option<Box<Solution>>, SolveError> {
    let overwrite = Rules {
        overwrite: true,
        ..Rules::default()
    };
    legacy::install(problem, conda)?
        .map(|solution| checked(problem, solution, &overwrite))
        .transpose()
}

/// Returns the solution, or the one on an older python if that is better.
fn best_python(
    problem: &Problem<'_>,
    solution: Box<Solution>,
    reading: Reading,
) -> Result<Box<Solution>, SolveError> {
    let (solution, reading) =
        older_python::better(problem, &solution, &reading)?.unwrap_or((solution, reading));
    checked(problem, solution, &reading.rules)
}

fn checked(
    problem: &Problem<'_>,
    solution: Box<Solution>,
    rules: &Rules,
) -> Result<Box<Solution>, SolveError> {
    let violations = verify::violations(problem, &solution, rules.overwrite)?;
    match violations.first() {
        None => Ok(solution),
        Some(first) => Err(SolveError::unverified(first)),
    }
}

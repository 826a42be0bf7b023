//! Explains why a problem has no solution, and checks whether a changed one has.
//!
//! All lines that could be at fault are checked in the most lenient reading. Lines that
//! conflict there conflict in every reading.

use std::collections::HashSet;

use pep508_rs::PackageName;
use rattler_conda_types::MatchSpec;
use resolvo::SolvableId;

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
use presolve_packages::pypi::pip_abilities::PipAbility;

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
        let declared = part(problem, &left);
        let rest = rest_of(problem, &declared);
        let mut conda = Attempt::new(&rest, Rules::default())?;
        let mut lines: Vec<usize> = (0..left.len()).collect();
        let ended = match conda.best_with(&lines)? {
            Some(chosen) => Ended::Solved(chosen),
            None => conflicts_of(&mut conda, &mut lines, false, &mut |mut conflict| {
                conflict.renumber(&left);
                found(conflict);
            })?,
        };
        left = lines.iter().map(|&line| left[line]).collect();
        let chosen = match ended {
            Ended::Solved(chosen) if rest.has_pip() => chosen,
            Ended::Solved(_) | Ended::Early => return Ok(()),
            Ended::Unknown => continue,
        };
        let installed = conda_alone::read(&conda, &chosen)?;
        drop(conda);
        let declared = part(problem, &left);
        let rest = rest_of(problem, &declared);
        // The first conflict certainly exists. Later, a strict reading usually proves sooner
        // than the lenient one that the rest has a solution.
        let is_rest = left.len() < problem.declared.len();
        if is_rest && matches!(is_soon_solved(problem, &rest, &installed), Ok(true)) {
            return Ok(());
        }
        let Some(mut both) = jointly(&rest, &installed)? else {
            return Ok(());
        };
        let mut lines: Vec<usize> = (0..left.len()).collect();
        let pip = installed.pip();
        let is_old_pip = pip.is_some_and(|pip| !PipAbility::Backtracking.is_in(&pip));
        let ended = conflicts_of(&mut both, &mut lines, is_old_pip, &mut |mut conflict| {
            conflict.renumber(&left);
            found(conflict);
        })?;
        if matches!(ended, Ended::Early) {
            return Ok(());
        }
        left = lines.iter().map(|&line| left[line]).collect();
    }
}

/// Returns these lines of a problem.
fn part(problem: &Problem<'_>, lines: &[usize]) -> Vec<Declared> {
    let lines = lines.iter().map(|&line| problem.declared[line].clone());
    lines.collect()
}

/// Returns the problem of a part of the lines. The packages of the others remain allowed.
fn rest_of<'r>(problem: &'r Problem<'_>, declared: &'r [Declared]) -> Problem<'r> {
    Problem {
        declared,
        world: World {
            asked: problem.conda_names(),
            ..problem.world.clone()
        },
    }
}

/// The end of the search for the conflicts of an attempt.
enum Ended {
    /// The lines that are left have this solution.
    Solved(Vec<SolvableId>),
    /// The lines that are left have to be encoded again.
    Unknown,
    /// The deadline passed.
    Early,
}

/// Reports the conflicts of an attempt that has no solution, and removes their lines. One
/// attempt answers for all of its lines, because to encode them again takes longer than to
/// solve them. A pip before 20.3 may install the rest despite its conflicts, so each of them
/// needs its own attempt.
fn conflicts_of(
    attempt: &mut Attempt<'_>,
    lines: &mut Vec<usize>,
    is_old_pip: bool,
    found: &mut dyn FnMut(Conflict),
) -> Result<Ended, SolveError> {
    let learnt = attempt.encoder().lessons();
    let mut conflicts = conflict::of_unmet_lines(attempt, lines)?;
    loop {
        if conflicts.is_empty() {
            conflicts.push(conflict::explain(attempt, lines)?);
        }
        let mut has_channel = false;
        for conflict in conflicts.drain(..) {
            let mut removed = conflict.lines.iter();
            has_channel |= removed.any(|line| {
                let channels = &attempt.encoder().declared()[*line].channels;
                !channels.is_empty()
            });
            lines.retain(|line| !conflict.lines.contains(line));
            let is_early = !conflict.minimal;
            found(conflict);
            if is_early {
                return Ok(Ended::Early);
            }
        }
        // A `channel::` excludes other channels from the encoding, even without its line.
        if has_channel || is_old_pip {
            return Ok(Ended::Unknown);
        }
        if let Some(chosen) = attempt.best_with(lines)? {
            return Ok(Ended::Solved(chosen));
        }
        if attempt.encoder().lessons() != learnt {
            return Ok(Ended::Unknown);
        }
    }
}

/// Returns the conflict of a problem in the most lenient reading, if it has no solution there.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn conflict(problem: &Problem<'_>) -> Result<Option<Conflict>, SolveError> {
    leniently(problem)?.map(explained).transpose()
}

/// Explains an attempt that has no solution.
fn explained(mut attempt: Attempt<'_>) -> Result<Conflict, SolveError> {
    let lines: Vec<usize> = (0..attempt.lines().len()).collect();
    conflict::explain(&mut attempt, &lines)
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
    jointly(problem, &*conda_alone::read(&attempt, &chosen)?)
}

/// Returns the attempt at both halves in the most lenient reading, if it has no solution.
/// `conda` is the solution of the conda half alone.
fn jointly<'a>(
    problem: &'a Problem<'a>,
    conda: &Solution,
) -> Result<Option<Attempt<'a>>, SolveError> {
    let lenient = Rules::lenient(projects(problem, conda));
    // If any pip is allowed, another file may represent a release than with the declared pips.
    // If this gives a solution, only the declared pips are allowed. If no line restricts pip,
    // both are the same.
    let open_pips: &[bool] = match problem.declared.iter().any(restricts_pip) {
        true => &[true, false],
        false => &[true],
    };
    for &open_pip in open_pips {
        let rules = Rules {
            open_python: true,
            open_pip,
            ..lenient.clone()
        };
        if let Outcome::Unsolvable(attempt, _) = joint(problem, rules.into(), Goal::Any)? {
            // A pip that ignores conflicts installs the packages anyway.
            let installed = legacy::install(problem, conda)?;
            return Ok(installed.is_none().then_some(*attempt));
        }
    }
    Ok(None)
}

/// Whether a line allows only some of the pips.
fn restricts_pip(line: &Declared) -> bool {
    match &line.kind {
        DeclaredKind::Conda(spec) => line.names("pip") && **spec != open(spec),
        _ => false,
    }
}

/// Returns the match spec of any record of a package.
fn open(spec: &MatchSpec) -> MatchSpec {
    MatchSpec {
        name: spec.name.clone(),
        ..MatchSpec::default()
    }
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
    let on_best = reading.with(|rules| {
        rules.pythons = best_served;
        rules.closed = true;
    });
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
    let rules = Rules {
        closed: true,
        ..Rules::lenient(conda_first)
    };
    Ok(joint(problem, rules.into(), Goal::Any)?.solution())
}

/// Whether a strict reading of a part of a problem has a solution. `conda` is a solution of its
/// conda half alone.
fn is_soon_solved(
    problem: &Problem<'_>,
    part: &Problem<'_>,
    conda: &Solution,
) -> Result<bool, SolveError> {
    let lines = with_pip(problem, part.declared.to_vec());
    let is_added = lines.len() > part.declared.len();
    let part = Problem {
        declared: &lines,
        world: part.world.clone(),
    };
    let conda_first = if is_added {
        let Some(conda) = conda_alone::solution(&part)? else {
            return Ok(false);
        };
        projects(&part, &conda)
    } else {
        projects(&part, conda)
    };
    let mut reading = Rules::strict(conda_first).into();
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
        let open = open(spec);
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

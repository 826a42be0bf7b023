//! An older python for the sake of indirect dependencies.
//!
//! An unpinned python is chosen so that the declared projects have their best versions. Their
//! dependencies may have no files for the newest of these pythons. The solver then keeps that
//! python and chooses a much older version of a declared project, or pip compiles a release
//! that has wheels for older pythons. This module compares such a solution with one on an
//! older python, which is used if no declared line gets an older version.

use std::{cmp::Ordering, collections::BTreeSet};

use pep440_rs::{Version, VersionSpecifier, VersionSpecifiers};
use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};

use super::{
    joint::{Goal, Outcome, joint},
    reading::Reading,
};
use crate::{
    attempt::Attempt,
    encode::rules::Rules,
    model::{
        Declared, DeclaredKind, Problem, World,
        error::SolveError,
        ratings::Sources,
        solution::{PypiPackage, Solution},
    },
};

/// The maximum number of declared projects that are tried. Each costs two small solves.
const PROJECTS: usize = 8;

/// Returns the solution on an older python, if no declared line gets an older version there
/// and either a declared line gets a newer one or pip builds less from source.
///
/// # Errors
/// As for [`solve`](super::solve), but a passed deadline is not an error, since one solution
/// exists.
pub(super) fn better(
    problem: &Problem<'_>,
    solution: &Solution,
    reading: &Reading,
) -> Result<Option<(Box<Solution>, Reading)>, SolveError> {
    match on_older(problem, solution, reading) {
        Err(failure) if failure.is_deadline() => Ok(None),
        answer => answer,
    }
}

fn on_older(
    problem: &Problem<'_>,
    solution: &Solution,
    reading: &Reading,
) -> Result<Option<(Box<Solution>, Reading)>, SolveError> {
    let open = reading.on_all_pythons();
    let Some(pythons) = Older::new(problem, solution, &open)?.worth_a_try()? else {
        return Ok(None);
    };
    let on_older = open.with(|rules| rules.pythons = Some(pythons));
    let Outcome::Solved(other, reading) = joint(problem, on_older, Goal::Best)? else {
        return Ok(None);
    };
    let is_better = is_better(problem.declared, solution, &other);
    Ok(is_better.then_some((other, *reading)))
}

/// The pythons that are older than the one of a solution.
struct Older<'a> {
    problem: &'a Problem<'a>,
    solution: &'a Solution,
    reading: &'a Reading,
    /// The solver with all pythons.
    attempt: Attempt<'a>,
    /// The older pythons of the same minor version as in the solution.
    same: BTreeSet<Version>,
    /// The pythons of older minor versions that may give a better solution.
    older: BTreeSet<Version>,
}

impl<'a> Older<'a> {
    fn new(
        problem: &'a Problem<'a>,
        solution: &'a Solution,
        reading: &'a Reading,
    ) -> Result<Self, SolveError> {
        let by_wheels = Rules {
            sources: Sources::WhereNoWheel,
            ..reading.rules.clone()
        };
        let attempt = Attempt::new(problem, by_wheels)?;
        let (mut same, mut older) = (BTreeSet::new(), BTreeSet::new());
        let pythons = attempt.encoder().pythons();
        let chosen = solution
            .record("python")
            .and_then(|record| pythons.index_of(record))
            .map(|index| pythons.get(index));
        if let Some(chosen) = chosen {
            for python in pythons.allowed().iter().map(|at| pythons.get(at)) {
                match python.major_minor().cmp(&chosen.major_minor()) {
                    Ordering::Less => older.insert(python.version.clone()),
                    Ordering::Equal => same.insert(python.version.clone()),
                    Ordering::Greater => false,
                };
            }
        }
        Ok(Self {
            problem,
            solution,
            reading,
            attempt,
            same,
            older,
        })
    }

    /// Returns the pythons that are worth a try, if any.
    fn worth_a_try(mut self) -> Result<Option<BTreeSet<Version>>, SolveError> {
        let mut is_worth = false;
        let mut tried = 0;
        for line in self.problem.declared {
            let DeclaredKind::Pip(requirement) = &line.kind else {
                continue;
            };
            if tried == PROJECTS || self.older.is_empty() {
                break;
            }
            if let Some(best) = self.missed(requirement) {
                tried += 1;
                is_worth |= self.leave_those_that_have(line, requirement, &best)?;
            }
        }
        if !is_worth {
            is_worth = self.leave_those_with_wheels();
        }
        self.attempt.encoder().check_indexes()?;
        let newest = newest_minor(&self.older);
        Ok((is_worth && !newest.is_empty()).then_some(newest))
    }

    /// Keeps the pythons up to the newest one with wheels of something that is built from
    /// source; returns whether there is one.
    fn leave_those_with_wheels(&mut self) -> bool {
        let built = self
            .solution
            .pypi
            .iter()
            .filter(|package| is_built(package));
        let newest = built.filter_map(|package| self.newest_with_wheel(package));
        let Some(newest) = newest.max() else {
            return false;
        };
        self.older.retain(|python| *python <= newest);
        true
    }

    fn newest_with_wheel(&self, package: &PypiPackage) -> Option<Version> {
        let encoder = self.attempt.encoder();
        let release = encoder
            .pypi()
            .known_release(&package.name, &package.version)?;
        let versions = release.pythons.iter();
        let mut versions: Vec<&Version> = versions
            .map(|at| &encoder.pythons().get(at).version)
            .collect();
        // Without any wheel, its source distribution counts on all pythons.
        if versions.iter().any(|version| self.same.contains(*version)) {
            return None;
        }
        versions.retain(|version| self.older.contains(*version));
        versions.into_iter().max().cloned()
    }

    /// Returns the best version of a declared project, if the solution has an older one and an
    /// older python may allow it.
    fn missed(&self, requirement: &Requirement<VerbatimUrl>) -> Option<Version> {
        let encoder = self.attempt.encoder();
        let best = encoder.pypi().best_release(requirement)?;
        let taken = self.solution.release(&requirement.name)?;
        let mut pythons = best
            .pythons
            .iter()
            .map(|at| &encoder.pythons().get(at).version);
        let is_missed =
            taken.version < best.version && pythons.any(|version| self.older.contains(version));
        is_missed.then(|| best.version.clone())
    }

    /// If the solution's python excludes this version of a declared project, keeps the pythons
    /// up to the newest one that allows it; returns whether it does.
    fn leave_those_that_have(
        &mut self,
        line: &Declared,
        requirement: &Requirement<VerbatimUrl>,
        best: &Version,
    ) -> Result<bool, SolveError> {
        let specifier = VersionSpecifier::equals_version(best.clone());
        let exact = Requirement {
            version_or_url: Some(VersionOrUrl::VersionSpecifier(VersionSpecifiers::from(
                specifier,
            ))),
            ..requirement.clone()
        };
        let line = Declared {
            kind: DeclaredKind::Pip(Box::new(exact)),
            ..line.clone()
        };
        if self.can_be_met(&line, &self.same)? {
            return Ok(false);
        }
        let mut left = self.older.clone();
        while !left.is_empty() {
            if self.can_be_met(&line, &newest_minor(&left))? {
                self.older = left;
                return Ok(true);
            }
            left = &left - &newest_minor(&left);
        }
        Ok(false)
    }

    /// Whether a line can be satisfied on one of these pythons, without the other lines except
    /// those on python and pip.
    fn can_be_met(&self, line: &Declared, pythons: &BTreeSet<Version>) -> Result<bool, SolveError> {
        let is_kept =
            |line: &&Declared| line.is_conda() && (line.names("python") || line.names("pip"));
        let kept = self.problem.declared.iter().filter(is_kept);
        let declared: Vec<Declared> = kept.cloned().chain([line.clone()]).collect();
        let alone = Problem {
            declared: &declared,
            world: World {
                asked: self.problem.conda_names(),
                ..self.problem.world.clone()
            },
        };
        let pythons = pythons.clone();
        let reading = self.reading.with(|rules| rules.pythons = Some(pythons));
        let found = joint(&alone, reading, Goal::Any)?;
        Ok(found.solution().is_some())
    }
}

/// Returns the pythons of the newest minor version. They are tried alone to get the nearest
/// step back: the solver tries newer pythons first, but after backtracking it may skip the
/// newest one that works.
fn newest_minor(pythons: &BTreeSet<Version>) -> BTreeSet<Version> {
    let minor = |python: &Version| python.release().iter().take(2).copied().collect::<Vec<_>>();
    let newest = pythons.last().map(minor);
    let of_minor = pythons
        .iter()
        .filter(|python| Some(minor(python)) == newest);
    of_minor.cloned().collect()
}

fn is_built(package: &PypiPackage) -> bool {
    !package.direct_url && !package.distribution.support.is_wheel()
}

/// Whether another solution has a newer version for a declared line, or fewer builds, and no
/// older version for any declared line. The versions of python and pip do not count.
fn is_better(declared: &[Declared], solution: &Solution, other: &Solution) -> bool {
    let is_point =
        |line: &&Declared| !line.is_conda() || !(line.names("python") || line.names("pip"));
    let lines = declared.iter().filter(is_point);
    let compared: Vec<Ordering> = lines
        .filter_map(|line| compare(line, other, solution))
        .collect();
    let builds = |solution: &Solution| {
        solution
            .pypi
            .iter()
            .filter(|package| is_built(package))
            .count()
    };
    let has = |wanted: Ordering| compared.contains(&wanted);
    !has(Ordering::Less) && (has(Ordering::Greater) || builds(other) < builds(solution))
}

/// Compares the versions of a line in two solutions; `None` if one of them has none.
fn compare(line: &Declared, one: &Solution, other: &Solution) -> Option<Ordering> {
    match &line.kind {
        DeclaredKind::Conda(spec) => {
            let name = spec.name.as_exact()?.as_normalized();
            let version = |solution: &'_ Solution| {
                Some(solution.record(name)?.package_record.version.clone())
            };
            Some(version(one)?.cmp(&version(other)?))
        }
        DeclaredKind::Pip(requirement) => {
            let version =
                |solution: &'_ Solution| Some(solution.release(&requirement.name)?.version.clone());
            Some(version(one)?.cmp(&version(other)?))
        }
        _ => None,
    }
}

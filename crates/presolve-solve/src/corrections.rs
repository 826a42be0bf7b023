//! Which lines have to change: minimal correction sets, found as minimal hitting sets of
//! the conflicts (Reiter 1987; Liffiton and Sakallah 2008), smallest first.
//!
//! While the lines on python and pip are kept, one solver under the most lenient reading
//! answers every question, because a repeated solve costs almost nothing. If one of these
//! lines changes, this solver would have to consider all pythons, and a new solver for the
//! changed lines alone is faster. A result is a candidate only: it must be verified by a full
//! solve.

use std::collections::{BTreeSet, HashSet};

use resolvo::SolvableId;

use crate::{
    conflict::{core::minimal, folded},
    decode::{Decoded, decode},
    encode::{
        pool::{Candidate, Name},
        rules::Rules,
    },
    model::{Declared, DeclaredKind, Problem, World, error::SolveError, solution::Solution},
    search::{self, conda_alone, reading::Reading},
    verify,
};
use hitting_sets::hitting_sets;
use oracle::Oracle;
use presolve_packages::pypi::pip_abilities::PipAbility;

mod hitting_sets;
mod oracle;

/// How much larger than the smallest correction set a reported one may be, in lines.
const LARGER: usize = 1;

/// The number of recent solutions that are checked before a new solve.
const KNOWN: usize = 8;

/// A problem that can be solved repeatedly with some lines changed.
pub struct Corrections<'a> {
    problem: &'a Problem<'a>,
    /// The rules for both halves, with the declared lines on python and pip encoded as normal
    /// lines.
    lenient: Rules,
    /// The conda half alone. If it has no solution, the problem has none, and this check is
    /// fast.
    conda: Oracle<'a>,
    /// Both halves under `lenient`. It considers every python in the channels, so it is
    /// created only when a line on python or pip may be at fault.
    open: Option<Oracle<'a>>,
    /// Both halves without the candidates that the lines on python and pip exclude. This is
    /// much faster, and correct as long as these lines are kept.
    closed: Option<Oracle<'a>>,
    /// The strict reading, with the lessons so far.
    strict: Reading,
    /// Recent solutions. They may satisfy other lines too, which is fast to check.
    solutions: Vec<Solution>,
}

impl<'a> Corrections<'a> {
    /// Encodes the conda half. `conflicts` has the lines that may change.
    ///
    /// # Errors
    /// As for [`crate::solve`].
    pub fn new(problem: &'a Problem<'a>, conflicts: &[Vec<usize>]) -> Result<Self, SolveError> {
        let in_conflict = |line: &usize| conflicts.iter().any(|lines| lines.contains(line));
        let others: Vec<usize> = (0..problem.declared.len())
            .filter(|line| !in_conflict(line))
            .collect();
        let conda = Rules {
            open_python: true,
            open_pip: true,
            open_channels: true,
            ..Rules::default()
        };
        let mut conda = Oracle::new(problem, conda.into())?;
        let conda_first = if problem.has_pip() {
            conda_alone::projects_of(problem, &mut conda.attempt, &others)?
        } else {
            HashSet::new()
        };
        let lenient = Rules {
            open_python: true,
            open_pip: true,
            open_channels: true,
            ..Rules::lenient(conda_first.clone())
        };
        Ok(Self {
            problem,
            strict: Rules::strict(conda_first).into(),
            lenient,
            conda,
            open: None,
            closed: None,
            solutions: Vec::new(),
        })
    }

    /// Returns the solver for both halves that considers every python, created if necessary.
    fn open(&mut self) -> Result<&mut Oracle<'a>, SolveError> {
        if !self.problem.has_pip() {
            return Ok(&mut self.conda);
        }
        let made = match self.open.take() {
            Some(known) => known,
            None => Oracle::new(self.problem, self.lenient.clone().into())?,
        };
        Ok(self.open.insert(made))
    }

    /// Returns the solver for both halves that treats the lines on python and pip as fixed.
    fn closed(&mut self) -> Result<&mut Oracle<'a>, SolveError> {
        let rules = Rules {
            open_python: false,
            open_pip: false,
            ..self.lenient.clone()
        };
        let made = match self.closed.take() {
            Some(known) => known,
            None => Oracle::new(self.problem, rules.into())?,
        };
        Ok(self.closed.insert(made))
    }

    fn oracle(&mut self, opens: bool) -> Result<&mut Oracle<'a>, SolveError> {
        if opens { self.open() } else { self.closed() }
    }

    /// Whether one of these lines is on python or pip.
    fn opens(&self, lines: &[usize]) -> bool {
        let mut lines = lines.iter().map(|&line| &self.problem.declared[line]);
        lines.any(|line| line.is_conda() && (line.names("python") || line.names("pip")))
    }

    /// Finds the minimal sets of lines whose removal gives a solution, smallest first, at most
    /// `most` of them. Every set has a line of every conflict; `can_change` says which lines
    /// may be in one. The lines `out` are removed beforehand: together with the lines of a
    /// set, their removal is enough.
    ///
    /// # Errors
    /// As for [`crate::solve`]. The sets found until then are in `found`.
    pub fn minimal_sets(
        &mut self,
        conflicts: &[Vec<usize>],
        out: &[usize],
        can_change: &dyn Fn(usize) -> bool,
        most: usize,
        found: &mut Vec<Vec<usize>>,
    ) -> Result<(), SolveError> {
        // `conflicts` is complete, so removing all of its lines gives a solution without a
        // further solve. This need not hold if one of them is on python or pip.
        let mut all: Vec<usize> = conflicts.iter().flatten().copied().collect();
        all.sort_unstable();
        let all = Some(all).filter(|all| !self.opens(all));
        let mut cores: Vec<Vec<usize>> = conflicts.to_vec();
        cores.retain(|core| !core.iter().any(|line| out.contains(line)));
        let mut size = if out.is_empty() {
            cores.len().max(1)
        } else {
            cores.len()
        };
        let mut smallest = None;
        let lines = self.problem.declared.len();
        while size <= lines && found.len() < most {
            if smallest.is_some_and(|smallest| size > smallest + LARGER) {
                break;
            }
            let mut tried: BTreeSet<Vec<usize>> = BTreeSet::new();
            while let Some(set) = next_set(&cores, can_change, size, &mut tried, found) {
                let core = if all.as_ref() == Some(&set) {
                    None
                } else {
                    self.core_without(&[out, &set].concat())?
                };
                match core {
                    None => found.push(set),
                    Some(core) => cores.push(core),
                }
                if found.len() == most {
                    return Ok(());
                }
            }
            if !found.is_empty() {
                smallest.get_or_insert(size);
            }
            size += 1;
        }
        Ok(())
    }

    /// Returns a minimal unsolvable subset of the other lines; `None` if they have a solution.
    fn core_without(&mut self, lines: &[usize]) -> Result<Option<Vec<usize>>, SolveError> {
        let kept: Vec<usize> = (0..self.problem.declared.len())
            .filter(|line| !lines.contains(line))
            .collect();
        match self.answer(lines, &[])? {
            Answer::Solvable => Ok(None),
            Answer::Unsolvable => {
                if self.is_saved_by_old_pip(lines, &[])? {
                    return Ok(None);
                }
                let problem = self.problem;
                if self.conda.run(problem, lines, &[])?.is_none() {
                    return minimal(&mut self.conda.attempt, &[], false, &kept).map(Some);
                }
                // A line on python can be blamed only where it is encoded as a line.
                let open = self.open()?;
                if open.run(problem, lines, &[])?.is_some() {
                    return Ok(None);
                }
                minimal(&mut open.attempt, &[], false, &kept).map(Some)
            }
            Answer::Unfounded => {
                let changed = self.changed(lines, &[]);
                let conflict = search::conflict(&changed.of(self.problem))?;
                let places = conflict.map(|conflict| conflict.lines);
                Ok(places.map(|places| places.iter().map(|&place| kept[place]).collect()))
            }
        }
    }

    /// Whether there is a solution without some lines and with others in addition.
    ///
    /// # Errors
    /// As for [`crate::solve`].
    pub fn solves(&mut self, without: &[usize], with: &[Declared]) -> Result<bool, SolveError> {
        Ok(match self.answer(without, with)? {
            Answer::Solvable => true,
            Answer::Unsolvable => self.is_saved_by_old_pip(without, with)?,
            Answer::Unfounded => {
                let changed = self.changed(without, with);
                search::leniently(&changed.of(self.problem))?.is_none()
            }
        })
    }

    fn answer(&mut self, without: &[usize], with: &[Declared]) -> Result<Answer, SolveError> {
        let problem = self.problem;
        if self.conda.run(problem, without, with)?.is_none() {
            return Ok(Answer::Unsolvable);
        }
        if !problem.has_pip() {
            return Ok(Answer::Solvable);
        }
        let changed = self.changed(without, with);
        for known in self.solutions.iter().rev().take(KNOWN) {
            if search::holds(&changed.of(problem), known)? {
                return Ok(Answer::Solvable);
            }
        }
        if self.opens(without)
            && let Some(answer) = self.answer_anew(&changed)?
        {
            return Ok(answer);
        }
        self.answer_again(&changed, without, with)
    }

    /// Asks a new solver for the changed lines, if a line on python or pip changes. `None` if
    /// the result is undecided.
    fn answer_anew(&mut self, changed: &Changed) -> Result<Option<Answer>, SolveError> {
        let lines = Changed(search::with_pip(self.problem, changed.0.clone()));
        let problem = lines.of(self.problem);
        if !problem.has_pip() {
            return Ok(Some(Answer::Solvable));
        }
        let mut found = search::strictly(&problem, &mut self.strict)?;
        if found.is_none() {
            // The change removes the line on python, so the question stays undecided here.
            let python = |line: &Declared| line.is_conda() && line.names("python");
            if !lines.0.iter().any(python) && self.problem.declared.iter().any(python) {
                return Ok(None);
            }
            let conda_first = self.lenient.conda_first.clone();
            found = search::most_leniently(&problem, conda_first)?;
        }
        Ok(Some(self.keep(found).unwrap_or(Answer::Unsolvable)))
    }

    /// Asks an existing solver.
    fn answer_again(
        &mut self,
        changed: &Changed,
        without: &[usize],
        with: &[Declared],
    ) -> Result<Answer, SolveError> {
        let problem = self.problem;
        let opens = self.opens(without);
        let oracle = self.oracle(opens)?;
        let Some(chosen) = oracle.run(problem, without, with)? else {
            return Ok(Answer::Unsolvable);
        };
        let Decoded::Solution(solution) = decode(oracle.attempt.encoder(), &chosen) else {
            return Ok(Answer::Solvable);
        };
        let changed = changed.of(problem);
        let found = if verify::unfounded(&changed, &solution).is_empty() {
            Some(solution)
        } else if opens {
            None
        } else {
            search::strictly(&changed, &mut self.strict)?
        };
        Ok(self.keep(found).unwrap_or(Answer::Unfounded))
    }

    /// Stores a solution for later questions.
    fn keep(&mut self, found: Option<Box<Solution>>) -> Option<Answer> {
        self.solutions.push(*found?);
        Some(Answer::Solvable)
    }

    /// Whether a pip before 20.3 installs it despite conflicts. Only a line on pip can
    /// select such an old version.
    fn is_saved_by_old_pip(
        &self,
        without: &[usize],
        with: &[Declared],
    ) -> Result<bool, SolveError> {
        let changed = self.changed(without, with);
        let asks_for_pip = |line: &Declared| match &line.kind {
            DeclaredKind::Conda(spec) => spec.version.is_some() && line.names("pip"),
            _ => false,
        };
        if !self.problem.has_pip() || !changed.0.iter().any(asks_for_pip) {
            return Ok(false);
        }
        let changed = changed.of(self.problem);
        let pip = conda_alone::solution(&changed)?.and_then(|conda| conda.pip());
        let is_old = pip.is_some_and(|pip| !PipAbility::Backtracking.is_in(&pip));
        Ok(is_old && search::leniently(&changed)?.is_none())
    }

    fn changed(&self, without: &[usize], with: &[Declared]) -> Changed {
        let lines = self.problem.declared.iter().enumerate();
        let kept = lines.filter(|(line, _)| !without.contains(line));
        Changed(kept.map(|(_, line)| line).chain(with).cloned().collect())
    }

    /// Returns the existing versions of what a line names, oldest first, without excluded
    /// ones.
    ///
    /// # Errors
    /// As for [`crate::solve`].
    pub fn versions_of(
        &mut self,
        line: &Declared,
        without: &[usize],
    ) -> Result<Vec<String>, SolveError> {
        let (name, oracle) = match &line.kind {
            DeclaredKind::Conda(spec) => match spec.name.as_exact() {
                Some(name) => {
                    let name = Name::Conda(name.as_normalized().to_string());
                    (name, &mut self.conda)
                }
                None => return Ok(Vec::new()),
            },
            DeclaredKind::Pip(requirement) => {
                let opens = self.opens(without);
                let name = Name::Project(requirement.name.clone());
                (name, self.oracle(opens)?)
            }
            _ => return Ok(Vec::new()),
        };
        let encoder = oracle.attempt.encoder();
        let name = encoder.terms().intern(name);
        let Some(found) = encoder.candidates(name) else {
            return Ok(Vec::new());
        };
        let excluded: BTreeSet<SolvableId> = found.excluded.iter().map(|(id, _)| *id).collect();
        let is_provided =
            |id: SolvableId| matches!(encoder.terms().candidate(id), Candidate::Provided(_));
        let versions: BTreeSet<_> = found
            .candidates
            .iter()
            .filter(|id| !excluded.contains(id) && !is_provided(**id))
            .filter_map(|&id| folded::version(encoder, id))
            .collect();
        // Do not suggest a pre-release while there is a release.
        let is_stable = versions.iter().any(|version| !version.is_prerelease());
        Ok(versions
            .iter()
            .filter(|version| !is_stable || !version.is_prerelease())
            .map(ToString::to_string)
            .collect())
    }
}

/// The answer of a solver to a question about changed lines.
enum Answer {
    Solvable,
    Unsolvable,
    /// There is a solution, but some of its conda packages are required by the pip half only.
    /// A separate solver must check whether there is one without them.
    Unfounded,
}

/// The lines after a change.
struct Changed(Vec<Declared>);

impl Changed {
    fn of<'c>(&'c self, problem: &Problem<'c>) -> Problem<'c> {
        Problem {
            declared: &self.0,
            world: World {
                // The packages of removed lines remain allowed. Otherwise more lines could
                // mean fewer conflicts.
                asked: problem.conda_names(),
                ..problem.world.clone()
            },
        }
    }
}

/// Returns the next hitting set that is new and does not contain one that was found.
fn next_set(
    cores: &[Vec<usize>],
    can_change: &dyn Fn(usize) -> bool,
    size: usize,
    tried: &mut BTreeSet<Vec<usize>>,
    found: &[Vec<usize>],
) -> Option<Vec<usize>> {
    hitting_sets(cores, can_change, size)
        .into_iter()
        .find(|set| {
            let is_larger = |known: &Vec<usize>| known.iter().all(|line| set.contains(line));
            tried.insert(set.clone()) && !found.iter().any(is_larger)
        })
}

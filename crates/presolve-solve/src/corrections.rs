//! Which lines have to change: minimal correction sets, found as minimal hitting sets of
//! the conflicts (Reiter 1987; Liffiton and Sakallah 2008), smallest first.
//!
//! While the lines on python and pip stay, all is asked of one solver under the most
//! lenient reading, where asking again is nearly free. Where one of them changes, that
//! solver would have to look at all pythons, and a new one for the changed lines alone
//! has its answer sooner. What is found is a candidate only: it has to be solved for
//! real.

use std::collections::{BTreeSet, HashSet};

use futures::FutureExt;
use resolvo::{ConditionalRequirement, DependencyProvider, SolvableId};

use crate::conflict::{core::minimal, folded};
use crate::model::error::SolveError;
use crate::{
    Declared, DeclaredKind, Problem, Reading, Solution, Sources, World,
    encode::pool::{Candidate, Name},
    model::solution,
    search::{self, Attempt, requirements},
    verify,
};

/// Correction sets with this many lines more than the smallest are not searched for.
const LARGER: usize = 1;

/// The number of recent solutions that are tried for a new question.
const KNOWN: usize = 8;

/// A question that can be asked again with some lines changed.
pub struct Corrections<'a> {
    problem: &'a Problem<'a>,
    /// The lenient reading of the whole, with the declared lines on python and pip as
    /// lines like the others.
    reading: Reading,
    /// The conda half alone: if it has no solution, the whole has none, and the check is
    /// fast.
    conda: Asking<'a>,
    /// The whole by `reading`. It looks at every python there is, so it is made only
    /// where a line on python or pip may be to blame.
    open: Option<Asking<'a>>,
    /// The whole, where what the lines on python and pip exclude is left out beforehand:
    /// much faster, and right as long as they stay.
    closed: Option<Asking<'a>>,
    /// The strict reading, with what was learnt so far.
    strict: Reading,
    /// Recent solutions, which may also satisfy other lines; this check is fast.
    solutions: Vec<Solution>,
}

/// One solver with its reading of the problem.
struct Asking<'a> {
    reading: Reading,
    attempt: Attempt<'a>,
}

impl<'a> Corrections<'a> {
    /// Gets ready to ask; the lines of `conflicts` are those that will change.
    ///
    /// # Errors
    /// As for [`crate::solve`].
    pub fn new(problem: &'a Problem<'a>, conflicts: &[Vec<usize>]) -> Result<Self, SolveError> {
        let in_conflict = |line: &usize| conflicts.iter().any(|lines| lines.contains(line));
        let others: Vec<usize> = (0..problem.declared.len())
            .filter(|line| !in_conflict(line))
            .collect();
        let conda = Reading {
            open_python: true,
            open_pip: true,
            open_channels: true,
            ..Reading::default()
        };
        let mut conda = Asking::new(problem, conda)?;
        let conda_first = match problem.has_pip() {
            true => search::projects_of_conda(problem, &mut conda.attempt, &others)?,
            false => HashSet::new(),
        };
        let strict = Reading {
            conda_first,
            pip_half: true,
            ..Reading::default()
        };
        let reading = Reading {
            sources: Sources::Unknown,
            overwrite: true,
            open_python: true,
            open_pip: true,
            open_channels: true,
            ..strict.clone()
        };
        Ok(Self {
            problem,
            strict,
            reading,
            conda,
            open: None,
            closed: None,
            solutions: Vec::new(),
        })
    }

    /// The solver of the whole that looks at every python.
    fn open(&mut self) -> Result<&mut Asking<'a>, SolveError> {
        if !self.problem.has_pip() {
            return Ok(&mut self.conda);
        }
        let made = match self.open.take() {
            Some(known) => known,
            None => Asking::new(self.problem, self.reading.clone())?,
        };
        Ok(self.open.insert(made))
    }

    /// The solver of the whole that takes the lines on python and pip for given.
    fn closed(&mut self) -> Result<&mut Asking<'a>, SolveError> {
        let reading = Reading {
            open_python: false,
            open_pip: false,
            ..self.reading.clone()
        };
        let made = match self.closed.take() {
            Some(known) => known,
            None => Asking::new(self.problem, reading)?,
        };
        Ok(self.closed.insert(made))
    }

    /// Whether one of these lines is one on python or pip.
    fn opens(&self, lines: &[usize]) -> bool {
        let mut lines = lines.iter().map(|&line| &self.problem.declared[line]);
        lines.any(|line| line.is_conda() && (line.names("python") || line.names("pip")))
    }

    /// The minimal sets of lines without which there is a solution, smallest first, no
    /// more than `most`. Every set has a line of every conflict; `can_change` tells which
    /// lines may be in one. The lines `out` are taken out beforehand: with the lines of a
    /// set empty, they are enough.
    ///
    /// # Errors
    /// As for [`crate::solve`]. What was found until then is in `found`.
    pub fn minimal_sets(
        &mut self,
        conflicts: &[Vec<usize>],
        out: &[usize],
        can_change: &dyn Fn(usize) -> bool,
        most: usize,
        found: &mut Vec<Vec<usize>>,
    ) -> Result<(), SolveError> {
        // The conflicts are all there are: without their lines there is a solution, if
        // not, as without a line on python or pip, for lack of them.
        let mut all: Vec<usize> = conflicts.iter().flatten().copied().collect();
        all.sort_unstable();
        let all = Some(all).filter(|all| !self.opens(all));
        let mut cores: Vec<Vec<usize>> = conflicts.to_vec();
        cores.retain(|core| !core.iter().any(|line| out.contains(line)));
        let mut size = match out.is_empty() {
            true => cores.len().max(1),
            false => cores.len(),
        };
        let mut smallest = None;
        let lines = self.problem.declared.len();
        while size <= lines && found.len() < most {
            if smallest.is_some_and(|smallest| size > smallest + LARGER) {
                break;
            }
            let mut tried: BTreeSet<Vec<usize>> = BTreeSet::new();
            'again: loop {
                for set in hitting_sets(&cores, can_change, size) {
                    let is_larger =
                        |known: &Vec<usize>| known.iter().all(|line| set.contains(line));
                    if !tried.insert(set.clone()) || found.iter().any(is_larger) {
                        continue;
                    }
                    let core = match all.as_ref() == Some(&set) {
                        true => None,
                        false => self.core_without(&[out, &set].concat())?,
                    };
                    match core {
                        None => found.push(set),
                        Some(core) => {
                            cores.push(core);
                            continue 'again;
                        }
                    }
                    if found.len() == most {
                        return Ok(());
                    }
                }
                break;
            }
            if !found.is_empty() {
                smallest.get_or_insert(size);
            }
            size += 1;
        }
        Ok(())
    }

    /// A minimal set of the other lines that has no solution; none if they have one.
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
                // That a line on python is to blame only shows where it is a line.
                let open = self.open()?;
                if open.run(problem, lines, &[])?.is_some() {
                    return Ok(None);
                }
                minimal(&mut open.attempt, &[], false, &kept).map(Some)
            }
            Answer::Unasked => {
                let changed = self.changed(lines, &[]);
                let conflict = search::conflict(&changed.of(self.problem))?;
                let places = conflict.map(|conflict| conflict.lines);
                Ok(places.map(|places| places.iter().map(|&place| kept[place]).collect()))
            }
        }
    }

    /// Whether there is a solution without some lines and with others.
    ///
    /// # Errors
    /// As for [`crate::solve`].
    pub fn solves(&mut self, without: &[usize], with: &[Declared]) -> Result<bool, SolveError> {
        Ok(match self.answer(without, with)? {
            Answer::Solvable => true,
            Answer::Unsolvable => self.is_saved_by_old_pip(without, with)?,
            Answer::Unasked => {
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

    /// The answer of a new solver for the changed lines, if a line on python or pip
    /// changes; none if it is undecided.
    fn answer_anew(&mut self, changed: &Changed) -> Result<Option<Answer>, SolveError> {
        let lines = Changed(search::with_pip(self.problem, changed.0.clone()));
        let problem = lines.of(self.problem);
        if !problem.has_pip() {
            return Ok(Some(Answer::Solvable));
        }
        let mut found = search::strictly(&problem, &mut self.strict)?;
        if found.is_none() {
            // Without the line on python, the others are to blame together with it.
            let python = |line: &Declared| line.is_conda() && line.names("python");
            if !lines.0.iter().any(python) && self.problem.declared.iter().any(python) {
                return Ok(None);
            }
            let conda_first = self.reading.conda_first.clone();
            found = search::most_leniently(&problem, conda_first)?;
        }
        Ok(Some(self.keep(found).unwrap_or(Answer::Unsolvable)))
    }

    /// The answer of an existing solver.
    fn answer_again(
        &mut self,
        changed: &Changed,
        without: &[usize],
        with: &[Declared],
    ) -> Result<Answer, SolveError> {
        let problem = self.problem;
        let opens = self.opens(without);
        let asking = match opens {
            true => self.open()?,
            false => self.closed()?,
        };
        let Some(chosen) = asking.run(problem, without, with)? else {
            return Ok(Answer::Unsolvable);
        };
        let read = Solution::read(asking.attempt.provider(), &chosen);
        let solution::Reading::Solution(solution) = read else {
            return Ok(Answer::Solvable);
        };
        let changed = changed.of(problem);
        let found = match verify::unasked(&changed, &solution).is_empty() {
            true => Some(solution),
            false if opens => None,
            false => search::strictly(&changed, &mut self.strict)?,
        };
        Ok(self.keep(found).unwrap_or(Answer::Unasked))
    }

    /// Remembers a solution.
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
        Ok(self.problem.has_pip()
            && changed.0.iter().any(asks_for_pip)
            && search::leniently(&changed.of(self.problem))?.is_none())
    }

    fn changed(&self, without: &[usize], with: &[Declared]) -> Changed {
        let lines = self.problem.declared.iter().enumerate();
        let kept = lines.filter(|(line, _)| !without.contains(line));
        Changed(kept.map(|(_, line)| line).chain(with).cloned().collect())
    }

    /// The versions that there are of what a line asks for, oldest first; of those that
    /// may be taken.
    ///
    /// # Errors
    /// As for [`crate::solve`].
    pub fn versions_of(
        &mut self,
        line: &Declared,
        without: &[usize],
    ) -> Result<Vec<String>, SolveError> {
        let (name, asking) = match &line.kind {
            DeclaredKind::Conda(spec) => match spec.name.as_exact() {
                Some(name) => (
                    Name::Conda(name.as_normalized().to_string()),
                    &mut self.conda,
                ),
                None => return Ok(Vec::new()),
            },
            DeclaredKind::Pip(requirement) => {
                let asking = match self.opens(without) {
                    true => self.open()?,
                    false => self.closed()?,
                };
                (Name::Project(requirement.name.clone()), asking)
            }
            _ => return Ok(Vec::new()),
        };
        let provider = asking.attempt.provider();
        let name = provider.pool.intern_package_name(name);
        let found = provider.get_candidates(name).now_or_never().flatten();
        let Some(found) = found else {
            return Ok(Vec::new());
        };
        let excluded: BTreeSet<SolvableId> = found.excluded.iter().map(|(id, _)| *id).collect();
        let usable = found.candidates.iter().filter(|id| !excluded.contains(id));
        let usable =
            usable.filter(|&&id| !matches!(provider.candidate(id), Candidate::Provided(_)));
        let versions: BTreeSet<_> = usable
            .filter_map(|&id| folded::version(provider, id))
            .collect();
        // Do not suggest a pre-release while there is a release.
        let stable = versions.iter().filter(|version| !version.is_prerelease());
        let stable: Vec<String> = stable.map(ToString::to_string).collect();
        Ok(match stable.is_empty() {
            true => versions.iter().map(ToString::to_string).collect(),
            false => stable,
        })
    }
}

impl<'a> Asking<'a> {
    fn new(problem: &'a Problem<'a>, reading: Reading) -> Result<Self, SolveError> {
        let attempt = Attempt::new(problem, reading.clone())?;
        Ok(Self { reading, attempt })
    }

    /// Solves without some lines and with others, again as long as something is learnt.
    fn run(
        &mut self,
        problem: &'a Problem<'a>,
        without: &[usize],
        with: &[Declared],
    ) -> Result<Option<Vec<SolvableId>>, SolveError> {
        let kept: Vec<usize> = (0..problem.declared.len())
            .filter(|line| !without.contains(line))
            .collect();
        loop {
            let mut more: Vec<ConditionalRequirement> = Vec::new();
            for line in with {
                more.extend(requirements(self.attempt.provider(), line)?);
            }
            let chosen = self.attempt.run_with_and(&kept, &more)?;
            let learnt = self.attempt.provider().learnt.borrow().clone();
            if !self.reading.learn(&learnt) {
                return Ok(chosen);
            }
            self.attempt = Attempt::new(problem, self.reading.clone())?;
        }
    }
}

/// The answer of one solver for changed lines.
enum Answer {
    Solvable,
    Unsolvable,
    /// There is a solution with conda packages that only the pip half requires. A
    /// separate solver must check whether there is one without them.
    Unasked,
}

/// The lines of a changed question.
struct Changed(Vec<Declared>);

impl Changed {
    fn of<'c>(&'c self, problem: &Problem<'c>) -> Problem<'c> {
        Problem {
            declared: &self.0,
            world: World {
                // What a line that was taken out names may still come in: otherwise
                // more lines could mean fewer conflicts.
                asked: problem.conda_names(),
                ..problem.world.clone()
            },
        }
    }
}

/// The sets of `size` lines, or fewer, that have a line of every core and no line
/// without need.
fn hitting_sets(
    cores: &[Vec<usize>],
    can_change: &dyn Fn(usize) -> bool,
    size: usize,
) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut open: Vec<Vec<usize>> = vec![Vec::new()];
    while let Some(set) = open.pop() {
        let hit = |core: &&Vec<usize>| core.iter().any(|line| set.contains(line));
        match cores.iter().find(|core| !hit(core)) {
            None => {
                let mut set = set;
                set.sort_unstable();
                if is_minimal(&set, cores) && !sets.contains(&set) {
                    sets.push(set);
                }
            }
            Some(core) if set.len() < size => {
                // The last is checked first.
                let lines = core.iter().rev().filter(|&&line| can_change(line));
                open.extend(lines.map(|&line| [&set[..], &[line]].concat()));
            }
            Some(_) => {}
        }
    }
    sets
}

fn is_minimal(set: &[usize], cores: &[Vec<usize>]) -> bool {
    set.iter().all(|line| {
        cores.iter().any(|core| {
            let mut hits = core.iter().filter(|other| set.contains(other));
            hits.next() == Some(line) && hits.next().is_none()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hitting_set_has_a_line_of_every_core_and_none_too_many() {
        let cores = [vec![0, 1], vec![1, 2], vec![3]];
        let sets = |size| hitting_sets(&cores, &|_| true, size);
        assert!(sets(1).is_empty());
        assert_eq!(sets(2), [[1, 3]]);
        assert_eq!(sets(3), [vec![0, 2, 3], vec![1, 3]]);
        assert_eq!(hitting_sets(&cores, &|line| line != 1, 3), [[0, 2, 3]]);
        assert!(hitting_sets(&cores, &|line| line != 3, 3).is_empty());
    }
}

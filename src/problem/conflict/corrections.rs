//! Which lines have to change: minimal correction sets, found as minimal hitting sets
//! of the conflicts (Reiter 1987; Liffiton and Sakallah 2008), the smallest first.
//!
//! All is asked of one solver under the most lenient reading, where asking again is
//! nearly free. What is found is a candidate only: it has to be solved for real.

use std::collections::BTreeSet;

use futures::FutureExt;
use resolvo::{ConditionalRequirement, DependencyProvider, SolvableId};

use super::{core::minimal, folded};
use crate::{
    diagnostic::Failure,
    problem::{
        Declared, DeclaredKind, Problem, Reading, Solution, Sources, World,
        pool::{Candidate, Name},
        solution,
        solve::{self, Attempt, requirements},
        verify,
    },
};

/// Correction sets with this many lines more than the smallest are not looked for.
const LARGER: usize = 1;

/// A question that can be asked again with some lines changed.
pub struct Corrections<'a> {
    problem: &'a Problem<'a>,
    /// The conda half alone: what it cannot do, both cannot, and it is soon told.
    conda: Option<Asking<'a>>,
    /// Where the declared lines on python and pip are lines like the others.
    open: Asking<'a>,
    /// Where what they rule out is left out beforehand: much faster, and right as long
    /// as they stay.
    closed: Option<Asking<'a>>,
}

/// One solver, with how it reads the problem.
struct Asking<'a> {
    reading: Reading,
    attempt: Attempt<'a>,
}

impl<'a> Corrections<'a> {
    /// Gets ready to ask; the lines of `conflicts` are those that will change.
    ///
    /// # Errors
    /// As for [`crate::problem::solve`].
    pub fn new(problem: &'a Problem<'a>, conflicts: &[Vec<usize>]) -> Result<Self, Failure> {
        let in_conflict = |line: &usize| conflicts.iter().any(|lines| lines.contains(line));
        let others: Vec<usize> = (0..problem.declared.len())
            .filter(|line| !in_conflict(line))
            .collect();
        let reading = Reading {
            conda_first: solve::projects_of_conda(problem, &others)?,
            pip_half: problem.has_pip(),
            sources: Sources::Unknown,
            overwrite: true,
            open_python: true,
            open_pip: true,
            ..Reading::default()
        };
        let closed = Reading {
            open_python: false,
            open_pip: false,
            ..reading.clone()
        };
        let conda = Reading {
            open_python: true,
            open_pip: true,
            ..Reading::default()
        };
        // Without a pip half all three are one.
        let closed = problem.has_pip().then(|| Asking::new(problem, closed));
        let conda = problem.has_pip().then(|| Asking::new(problem, conda));
        Ok(Self {
            problem,
            conda: conda.transpose()?,
            open: Asking::new(problem, reading)?,
            closed: closed.transpose()?,
        })
    }

    fn asking(&mut self, without: &[usize]) -> &mut Asking<'a> {
        let opens = without.iter().any(|&line| self.opens(line));
        match &mut self.closed {
            Some(closed) if !opens => closed,
            _ => &mut self.open,
        }
    }

    /// Whether a line is one on python or pip.
    fn opens(&self, line: usize) -> bool {
        let line = &self.problem.declared[line];
        line.is_conda() && (line.names("python") || line.names("pip"))
    }

    /// The minimal sets of lines without which there is a solution, the smallest first,
    /// no more than `most`. Every set has a line of every conflict; `can_change` tells
    /// which lines may be in one. The lines `out` are taken out beforehand: with the
    /// lines of a set empty, they are enough.
    ///
    /// # Errors
    /// As for [`crate::problem::solve`]. What was found until then is in `found`.
    pub fn minimal_sets(
        &mut self,
        conflicts: &[Vec<usize>],
        out: &[usize],
        can_change: &dyn Fn(usize) -> bool,
        most: usize,
        found: &mut Vec<Vec<usize>>,
    ) -> Result<(), Failure> {
        // The conflicts are all there are: without their lines there is a solution, if
        // not, as without a line on python or pip, for lack of them.
        let mut all: Vec<usize> = conflicts.iter().flatten().copied().collect();
        all.sort_unstable();
        let all = Some(all).filter(|all| !all.iter().any(|&line| self.opens(line)));
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
    fn core_without(&mut self, lines: &[usize]) -> Result<Option<Vec<usize>>, Failure> {
        let kept: Vec<usize> = (0..self.problem.declared.len())
            .filter(|line| !lines.contains(line))
            .collect();
        match self.answer(lines, &[])? {
            Answer::Solvable => Ok(None),
            Answer::Unsolvable => {
                if self.is_saved_by_old_pip(lines, &[])? {
                    return Ok(None);
                }
                if let Some(conda) = &mut self.conda
                    && conda.run(self.problem, lines, &[])?.is_none()
                {
                    return minimal(&mut conda.attempt, &[], false, &kept).map(Some);
                }
                // That a line on python is to blame only shows where it is a line.
                if self.open.run(self.problem, lines, &[])?.is_some() {
                    return Ok(None);
                }
                let attempt = &mut self.open.attempt;
                minimal(attempt, &[], false, &kept).map(Some)
            }
            Answer::Unasked => {
                let conflict = solve::conflict(&self.changed(lines, &[]).of(self.problem))?;
                let places = conflict.map(|conflict| conflict.lines);
                Ok(places.map(|places| places.iter().map(|&place| kept[place]).collect()))
            }
        }
    }

    /// Whether there is a solution without some lines and with others.
    ///
    /// # Errors
    /// As for [`crate::problem::solve`].
    pub fn solves(&mut self, without: &[usize], with: &[Declared]) -> Result<bool, Failure> {
        Ok(match self.answer(without, with)? {
            Answer::Solvable => true,
            Answer::Unsolvable => self.is_saved_by_old_pip(without, with)?,
            Answer::Unasked => {
                let changed = self.changed(without, with);
                solve::leniently(&changed.of(self.problem))?.is_none()
            }
        })
    }

    fn answer(&mut self, without: &[usize], with: &[Declared]) -> Result<Answer, Failure> {
        let problem = self.problem;
        if let Some(conda) = &mut self.conda
            && conda.run(problem, without, with)?.is_none()
        {
            return Ok(Answer::Unsolvable);
        }
        let asking = self.asking(without);
        let Some(chosen) = asking.run(problem, without, with)? else {
            return Ok(Answer::Unsolvable);
        };
        if !problem.has_pip() {
            return Ok(Answer::Solvable);
        }
        let read = Solution::read(asking.attempt.provider(), &chosen);
        let solution::Reading::Solution(solution) = read else {
            return Ok(Answer::Solvable);
        };
        let changed = self.changed(without, with);
        let unasked = verify::unasked(&changed.of(problem), &solution);
        Ok(match unasked.is_empty() {
            true => Answer::Solvable,
            false => Answer::Unasked,
        })
    }

    /// Whether a pip before 20.3 installs it though it clashes: only a line on pip can
    /// lead to such an old one.
    fn is_saved_by_old_pip(&self, without: &[usize], with: &[Declared]) -> Result<bool, Failure> {
        let changed = self.changed(without, with);
        let asks_for_pip = |line: &Declared| match &line.kind {
            DeclaredKind::Conda(spec) => spec.version.is_some() && line.names("pip"),
            _ => false,
        };
        Ok(self.problem.has_pip()
            && changed.0.iter().any(asks_for_pip)
            && solve::leniently(&changed.of(self.problem))?.is_none())
    }

    fn changed(&self, without: &[usize], with: &[Declared]) -> Changed {
        let lines = self.problem.declared.iter().enumerate();
        let kept = lines.filter(|(line, _)| !without.contains(line));
        Changed(kept.map(|(_, line)| line).chain(with).cloned().collect())
    }

    /// The versions that there are of what a line asks for, the oldest first; of
    /// those that may be taken.
    pub fn versions_of(&self, line: &Declared) -> Vec<String> {
        let provider = self.open.attempt.provider();
        let name = match &line.kind {
            DeclaredKind::Conda(spec) => match spec.name.as_exact() {
                Some(name) => Name::Conda(name.as_normalized().to_string()),
                None => return Vec::new(),
            },
            DeclaredKind::Pip(requirement) => Name::Project(requirement.name.clone()),
            _ => return Vec::new(),
        };
        let name = provider.pool.intern_package_name(name);
        let found = provider.get_candidates(name).now_or_never().flatten();
        let Some(found) = found else {
            return Vec::new();
        };
        let excluded: BTreeSet<SolvableId> = found.excluded.iter().map(|(id, _)| *id).collect();
        let usable = found.candidates.iter().filter(|id| !excluded.contains(id));
        let usable =
            usable.filter(|&&id| !matches!(provider.candidate(id), Candidate::Provided(_)));
        let versions: BTreeSet<_> = usable
            .filter_map(|&id| folded::version(provider, id))
            .collect();
        // Nobody is told to take a pre-release while there is a release.
        let stable = versions.iter().filter(|version| !version.is_prerelease());
        let stable: Vec<String> = stable.map(ToString::to_string).collect();
        match stable.is_empty() {
            true => versions.iter().map(ToString::to_string).collect(),
            false => stable,
        }
    }
}

impl<'a> Asking<'a> {
    fn new(problem: &'a Problem<'a>, reading: Reading) -> Result<Self, Failure> {
        let attempt = Attempt::new(problem, reading.clone())?;
        Ok(Self { reading, attempt })
    }

    /// Solves without some lines and with others, again as long as something is learnt.
    fn run(
        &mut self,
        problem: &'a Problem<'a>,
        without: &[usize],
        with: &[Declared],
    ) -> Result<Option<Vec<SolvableId>>, Failure> {
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

/// What one solver says of changed lines.
enum Answer {
    Solvable,
    Unsolvable,
    /// It has a solution with conda packages that only the pip half asks for: whether
    /// there is one without them, takes a solver of its own.
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
                // The last is looked at first.
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

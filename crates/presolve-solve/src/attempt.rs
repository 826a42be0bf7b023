//! One encoding with its solver. After it has solved all lines, it can solve subsets of them
//! at little cost.

use std::collections::{HashMap, HashSet};

use resolvo::{
    ConditionalRequirement, Interner, NameId, SolvableId, Solver, UnsolvableOrCancelled,
    conflict::{Conflict, ConflictGraph},
};
use tracing::trace;

use crate::{
    encode::{Encoder, rules::Rules},
    model::{Problem, error::SolveError},
    sat::{Sat, Verdict},
};

/// An encoding, its solver and the requirements of each declared line.
pub(crate) struct Attempt<'a> {
    solver: Solver<Encoder<'a>>,
    virtual_packages: Vec<ConditionalRequirement>,
    lines: Vec<Vec<ConditionalRequirement>>,
    /// Why the last run has no solution.
    conflict: Option<Conflict>,
    /// Solves subsets of the lines.
    sat: Sat,
    /// The lines that each known solution satisfies.
    satisfied: Vec<HashSet<usize>>,
    /// Lines that have no solution together.
    refuted: Vec<Vec<usize>>,
}

impl<'a> Attempt<'a> {
    /// Encodes a problem.
    ///
    /// # Errors
    /// A [`SolveError`] if a channel or a declared line cannot be encoded.
    pub(crate) fn new(problem: &'a Problem<'a>, rules: Rules) -> Result<Self, SolveError> {
        let encoder = Encoder::new(problem, rules)?;
        let virtual_packages = encoder.virtual_packages();
        let lines = problem.declared.iter().map(|line| encoder.line(line));
        Ok(Self {
            virtual_packages,
            lines: lines.collect::<Result<_, _>>()?,
            solver: Solver::new(encoder),
            conflict: None,
            sat: Sat::default(),
            satisfied: Vec::new(),
            refuted: Vec::new(),
        })
    }

    pub(crate) fn encoder(&self) -> &Encoder<'a> {
        self.solver.provider()
    }

    /// Returns the requirements of each declared line.
    pub(crate) fn lines(&self) -> &[Vec<ConditionalRequirement>] {
        &self.lines
    }

    /// Returns the clauses from which the last run derived that it has no solution, if it has
    /// none.
    pub(crate) fn conflict_graph(&self) -> Option<ConflictGraph> {
        let conflict = self.conflict.as_ref()?;
        Some(conflict.graph(&self.solver))
    }

    /// Solves all lines; `None` if there is no solution.
    ///
    /// # Errors
    /// [`SolveError::Deadline`] and [`SolveError::Index`].
    pub(crate) fn run(&mut self) -> Result<Option<Vec<SolvableId>>, SolveError> {
        let chosen = self.run_with_more(&[])?;
        let rules = &self.encoder().terms().rules;
        rules.log_attempt(chosen.as_ref().map(Vec::len));
        Ok(chosen)
    }

    /// Like [`run`](Self::run), with additional requirements.
    pub(crate) fn run_with_more(
        &mut self,
        more: &[ConditionalRequirement],
    ) -> Result<Option<Vec<SolvableId>>, SolveError> {
        let all: Vec<usize> = (0..self.lines.len()).collect();
        self.run_with_and(&all, more)
    }

    /// Like [`run`](Self::run), for a subset of the lines. It first checks whether there is any
    /// solution, which is faster if there is none.
    pub(crate) fn best_with(
        &mut self,
        lines: &[usize],
    ) -> Result<Option<Vec<SolvableId>>, SolveError> {
        if !self.has_solution(lines)? {
            return Ok(None);
        }
        match self.run_with_and(lines, &[])? {
            Some(best) => Ok(Some(best)),
            // resolvo may keep a conditional requirement after its condition is undone.
            None => self.any_with_and(lines, &[]),
        }
    }

    /// Whether a subset of the lines has a solution. A solution of another subset often
    /// satisfies it too, which is faster to check than to solve.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub(crate) fn has_solution(&mut self, lines: &[usize]) -> Result<bool, SolveError> {
        let is_known = |known: &HashSet<usize>| lines.iter().all(|line| known.contains(line));
        if self.satisfied.iter().any(is_known) {
            return Ok(true);
        }
        let Some(chosen) = self.any_with_and(lines, &[])? else {
            return Ok(false);
        };
        let mut satisfied = self.satisfied_by(&chosen);
        satisfied.extend(lines);
        self.satisfied.push(satisfied);
        Ok(true)
    }

    /// Returns any solution of all lines.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub(crate) fn any(&mut self) -> Result<Option<Vec<SolvableId>>, SolveError> {
        let all: Vec<usize> = (0..self.lines.len()).collect();
        let chosen = self.any_with_and(&all, &[])?;
        let rules = &self.encoder().terms().rules;
        rules.log_attempt(chosen.as_ref().map(Vec::len));
        Ok(chosen)
    }

    /// Returns any solution for a subset of the lines and additional requirements.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub(crate) fn any_with_and(
        &mut self,
        lines: &[usize],
        more: &[ConditionalRequirement],
    ) -> Result<Option<Vec<SolvableId>>, SolveError> {
        let asked: HashSet<usize> = lines.iter().copied().collect();
        let is_asked = |core: &Vec<usize>| core.iter().all(|line| asked.contains(line));
        if self.refuted.iter().any(is_asked) {
            return Ok(None);
        }
        self.conflict = None;
        let mut origins = vec![None; self.virtual_packages.len()];
        let mut requirements = self.virtual_packages.clone();
        for &line in lines {
            requirements.extend(&self.lines[line]);
            origins.resize(requirements.len(), Some(line));
        }
        requirements.extend(more);
        let before = self.encoder().steps();
        let verdict = self.sat.solve(self.solver.provider(), &requirements)?;
        let steps = self.encoder().steps() - before;
        trace!(requirements = requirements.len(), steps, %verdict, "any solution");
        match verdict {
            Verdict::Solved(chosen) => Ok(Some(chosen)),
            Verdict::Refuted(places) => {
                if places.iter().all(|place| *place < origins.len()) {
                    let blamed = places.into_iter().filter_map(|place| origins[place]);
                    self.refuted.push(blamed.collect());
                }
                Ok(None)
            }
        }
    }

    /// Returns the lines without conditions that a solution satisfies.
    fn satisfied_by(&self, chosen: &[SolvableId]) -> HashSet<usize> {
        let encoder = self.encoder();
        let terms = encoder.terms();
        let named = chosen.iter().map(|&id| (terms.name_of(id), id));
        let by_name: HashMap<NameId, SolvableId> = named.collect();
        let is_met = |requirement: &ConditionalRequirement| {
            let mut sets = encoder.sets_of(requirement.requirement).into_iter();
            requirement.condition.is_none()
                && sets.any(|set| {
                    let id = by_name.get(&encoder.version_set_name(set));
                    id.is_some_and(|&id| encoder.is_in(id, terms.set(set)))
                })
        };
        let lines = self.lines.iter().enumerate();
        let met = lines.filter(|(_, requirements)| requirements.iter().all(is_met));
        met.map(|(line, _)| line).collect()
    }

    /// Like [`run`](Self::run), for a subset of the lines and additional requirements.
    pub(crate) fn run_with_and(
        &mut self,
        lines: &[usize],
        more: &[ConditionalRequirement],
    ) -> Result<Option<Vec<SolvableId>>, SolveError> {
        let of_lines = lines.iter().flat_map(|&line| &self.lines[line]);
        let requirements = self.virtual_packages.iter().chain(more).chain(of_lines);
        let requirements: Vec<_> = requirements.copied().collect();
        let count = requirements.len();
        self.conflict = None;
        let before = self.encoder().steps();
        let solved = (self.solver).solve(resolvo::Problem::new().requirements(requirements));
        let chosen = solved.as_ref().ok().map(Vec::len);
        let steps = self.encoder().steps() - before;
        trace!(requirements = count, chosen, steps, "solver");
        match solved {
            Ok(chosen) => Ok(Some(chosen)),
            Err(UnsolvableOrCancelled::Unsolvable(conflict)) => {
                self.conflict = Some(conflict);
                Ok(None)
            }
            Err(UnsolvableOrCancelled::Cancelled(reason)) => {
                Err(match reason.downcast::<SolveError>() {
                    Ok(error) => *error,
                    Err(_) => SolveError::unverified("the solver stopped without a reason"),
                })
            }
        }
    }
}

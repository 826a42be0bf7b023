//! Whether some requirements have a solution, asked again and again of one encoding.
//!
//! resolvo encodes everything again for each question. For a conflict with many lines, that
//! takes nearly all of the time: the smallest set of lines needs tens of questions, and its
//! corrections hundreds. This solver keeps its clauses, and what it has learnt from them, from
//! one question to the next. The requirements of a question are its first decisions
//! (assumptions, Eén and Sörensson 2003). If there is no solution, it knows which of them are
//! to blame.
//!
//! The clauses of a candidate are added once it is chosen, because its metadata may cost a
//! request. The solver of a library needs all clauses first.
//!
//! It decides as resolvo does: only what is required, the best candidate first. But it does not
//! look for the best solution, so resolvo finds every solution that is installed.

use std::fmt::{self, Display};

use resolvo::{ConditionalRequirement, SolvableId};

use crate::{encode::Encoder, model::error::SolveError};
use agenda::Agenda;
use clauses::Clauses;
use engine::{Conflict, Engine};
use literal::{Literal, Variable};

mod agenda;
mod clauses;
mod engine;
mod literal;
#[cfg(test)]
mod tests;

/// The number of conflicts before the first restart.
const FIRST_RESTART: f64 = 100.0;

/// By how much each restart comes later than the one before it, as in MiniSat.
const LATER: f64 = 1.5;

/// A solver that keeps its clauses.
#[derive(Default)]
pub(crate) struct Sat {
    engine: Engine,
    clauses: Clauses,
    agenda: Agenda,
}

/// The answer to a question.
pub(crate) enum Verdict {
    /// The candidates of a solution.
    Solved(Vec<SolvableId>),
    /// Requirements without a solution, by their positions in the question.
    Refuted(Vec<usize>),
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Solved(chosen) => write!(f, "{} candidates", chosen.len()),
            Verdict::Refuted(blamed) => write!(f, "{} to blame", blamed.len()),
        }
    }
}

impl Sat {
    /// Solves some requirements.
    ///
    /// # Errors
    /// [`SolveError::Deadline`] and [`SolveError::Index`].
    pub(crate) fn solve(
        &mut self,
        encoder: &Encoder<'_>,
        requirements: &[ConditionalRequirement],
    ) -> Result<Verdict, SolveError> {
        let variables = requirements.iter().map(|&requirement| {
            self.clauses
                .of_requirement(encoder, &mut self.engine, requirement)
        });
        let assumptions: Vec<Literal> = variables.map(Variable::positive).collect();
        let verdict = self.search(encoder, &assumptions);
        if verdict.is_err() {
            self.engine.revisit();
        }
        self.engine.return_to(0);
        verdict
    }

    fn search(
        &mut self,
        encoder: &Encoder<'_>,
        assumptions: &[Literal],
    ) -> Result<Verdict, SolveError> {
        self.agenda.clear();
        let mut conflicts = 0.0;
        let mut restart = FIRST_RESTART;
        loop {
            if let Some(conflict) = self.propagate(encoder)? {
                if !self.engine.learn(conflict) {
                    return Ok(Verdict::Refuted(Vec::new()));
                }
                conflicts += 1.0;
            } else if conflicts > restart {
                (conflicts, restart) = (0.0, restart * LATER);
                self.engine.return_to(0);
            } else if let Some(&assumption) = assumptions.get(self.engine.level()) {
                match self.engine.value(assumption) {
                    None => self.engine.decide(assumption),
                    Some(true) => self.engine.open_level(),
                    Some(false) => return Ok(self.refuted(assumptions, assumption)),
                }
            } else {
                match self.agenda.next(&mut self.engine, &mut self.clauses) {
                    Some(candidate) => self.engine.decide(candidate.positive()),
                    None => return self.solved(),
                }
            }
        }
    }

    /// Assigns all that follows from the decisions; returns the first conflict.
    fn propagate(&mut self, encoder: &Encoder<'_>) -> Result<Option<Conflict>, SolveError> {
        encoder.check_stop()?;
        loop {
            if let Some(violated) = self.engine.violated() {
                return Ok(Some(violated));
            }
            let Some(literal) = self.engine.next_literal() else {
                return Ok(None);
            };
            self.clauses.reach(encoder, &mut self.engine, literal);
            encoder.check_indexes()?;
            if let Some(conflict) = self.engine.visit(literal) {
                return Ok(Some(conflict));
            }
        }
    }

    /// The answer if no requirement is left.
    ///
    /// # Errors
    /// [`SolveError::Internal`] if a requirement is not met.
    fn solved(&mut self) -> Result<Verdict, SolveError> {
        let mut required = self.engine.tracked().iter();
        if required.all(|id| self.clauses.is_met(&self.engine, *id)) {
            Ok(Verdict::Solved(self.chosen()))
        } else {
            Err(SolveError::unverified("it lacks a requirement"))
        }
    }

    /// The candidates that are true.
    fn chosen(&self) -> Vec<SolvableId> {
        let installed = self.engine.trail().iter().filter(|it| it.is_positive());
        let candidates = installed.filter_map(|it| self.clauses.candidate(it.variable()));
        candidates.collect()
    }

    /// The answer if the other assumptions exclude one of them.
    fn refuted(&mut self, assumptions: &[Literal], excluded: Literal) -> Verdict {
        let blamed = self.engine.excluded_by(excluded);
        let places = assumptions.iter().enumerate();
        let blamed = places.filter(|(_, assumption)| blamed.contains(assumption));
        Verdict::Refuted(blamed.map(|(place, _)| place).collect())
    }
}

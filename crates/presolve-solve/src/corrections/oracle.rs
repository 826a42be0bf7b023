//! A solver for repeated questions with some lines changed.

use resolvo::{ConditionalRequirement, SolvableId};

use crate::{
    attempt::Attempt,
    model::{Declared, Problem, error::SolveError},
    search::reading::Reading,
};

/// An attempt and its reading. The attempt is replaced when the reading has learnt something.
pub(super) struct Oracle<'a> {
    reading: Reading,
    pub attempt: Attempt<'a>,
}

impl<'a> Oracle<'a> {
    pub(super) fn new(problem: &'a Problem<'a>, reading: Reading) -> Result<Self, SolveError> {
        let attempt = Attempt::new(problem, reading.rules.clone())?;
        Ok(Self { reading, attempt })
    }

    /// Solves without some lines and with others, again as long as the reading learns
    /// something.
    pub(super) fn run(
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
                more.extend(self.attempt.encoder().line(line)?);
            }
            let chosen = self.attempt.any_with_and(&kept, &more)?;
            let lessons = self.attempt.encoder().lessons();
            if !self.reading.learn(&lessons) {
                return Ok(chosen);
            }
            self.attempt = Attempt::new(problem, self.reading.rules.clone())?;
        }
    }
}

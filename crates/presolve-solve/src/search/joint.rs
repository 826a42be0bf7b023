//! Solves both halves under one reading, attempt after attempt, until the lessons no longer
//! change the candidates.

use std::collections::BTreeSet;

use pep440_rs::Version;
use rattler_conda_types::RepoDataRecord;
use resolvo::SolvableId;

use super::{improve::improve, leaks, proof::Proof, reading::Reading};
use crate::{
    attempt::Attempt,
    decode::{Decoded, decode},
    encode::pypi::Lessons,
    model::{Problem, error::SolveError, record::pep_version, solution::Solution},
    verify,
};

/// The result of solving both halves under one reading.
pub(crate) enum Outcome<'a> {
    /// A solution, and the reading with all lessons.
    Solved(Box<Solution>, Box<Reading>),
    /// The last attempt, and its lessons.
    Unsolvable(Box<Attempt<'a>>, Lessons),
}

/// The kind of solution that is searched for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    /// The best solution, to be installed.
    Best,
    /// Any solution: only its existence matters.
    Any,
}

impl Outcome<'_> {
    pub(super) fn solution(self) -> Option<Box<Solution>> {
        match self {
            Outcome::Solved(solution, _) => Some(solution),
            Outcome::Unsolvable(..) => None,
        }
    }
}

/// Solves both halves under one reading, and again as long as the lessons change the
/// candidates.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(super) fn joint<'a>(
    problem: &'a Problem<'a>,
    reading: Reading,
    goal: Goal,
) -> Result<Outcome<'a>, SolveError> {
    let mut search = Search {
        problem,
        reading,
        goal,
        held: None,
        other_pythons: None,
    };
    loop {
        if let Some(outcome) = search.step()? {
            return Ok(outcome);
        }
    }
}

struct Search<'a> {
    problem: &'a Problem<'a>,
    reading: Reading,
    goal: Goal,
    /// A valid solution, while one without leaked releases is searched for.
    held: Option<(Box<Solution>, Reading)>,
    /// The other pythons, while the one whose files are checked is tried alone.
    other_pythons: Option<BTreeSet<Version>>,
}

impl<'a> Search<'a> {
    /// Runs one attempt; `None` if the reading was changed for another one.
    fn step(&mut self) -> Result<Option<Outcome<'a>>, SolveError> {
        let mut attempt = Attempt::new(self.problem, self.reading.rules.clone())?;
        let chosen = match self.goal {
            Goal::Best => attempt.run()?,
            Goal::Any => attempt.any()?,
        };
        let lessons = attempt.encoder().lessons();
        if self.reading.learn(&lessons) && !self.is_settled(&attempt, chosen.is_some()) {
            return Ok(None);
        }
        match chosen {
            Some(chosen) => self.after_choice(attempt, chosen),
            None => Ok(self.after_refusal(attempt, lessons)),
        }
    }

    /// Whether the lessons of an attempt cannot matter.
    fn is_settled(&self, attempt: &Attempt<'_>, has_solution: bool) -> bool {
        match (self.goal, has_solution) {
            // More candidates may give a better solution.
            (Goal::Best, true) => false,
            (Goal::Best, false) => {
                Proof::new(attempt).is_some_and(|proof| proof.holds_under(&self.reading.rules))
            }
            // Any solution is enough. Without one, the attempt is going to be explained.
            (Goal::Any, has_solution) => has_solution,
        }
    }

    fn after_refusal(&mut self, attempt: Attempt<'a>, lessons: Lessons) -> Option<Outcome<'a>> {
        if let Some((solution, reading)) = self.held.take() {
            return Some(Outcome::Solved(solution, Box::new(reading)));
        }
        if self.reading.end_trial() {
            return None;
        }
        match self.other_pythons.take() {
            Some(others) if !others.is_empty() => {
                self.reading.rules.pythons = Some(others);
                self.reading.rules.pip = None;
                None
            }
            _ => Some(Outcome::Unsolvable(Box::new(attempt), lessons)),
        }
    }

    fn after_choice(
        &mut self,
        mut attempt: Attempt<'a>,
        chosen: Vec<SolvableId>,
    ) -> Result<Option<Outcome<'a>>, SolveError> {
        let chosen = match self.goal {
            Goal::Best => improve(&mut attempt, chosen)?,
            Goal::Any => chosen,
        };
        let Decoded::Solution(solution) = decode(attempt.encoder(), &chosen) else {
            self.narrow_python(&attempt, &chosen)?;
            return Ok(None);
        };
        let unfounded = verify::unfounded(self.problem, &solution);
        if !unfounded.is_empty() {
            self.reading.refuse(unfounded, &solution);
            return Ok(None);
        }
        let leaked = match self.goal {
            Goal::Best => leaks::leaked(self.problem, &solution, &self.reading.rules)?,
            Goal::Any => Vec::new(),
        };
        if leaked.is_empty() {
            let reading = Box::new(self.reading.clone());
            return Ok(Some(Outcome::Solved(solution, reading)));
        }
        self.held = Some((solution, self.reading.clone()));
        self.reading.close(leaked);
        Ok(None)
    }

    /// Tries the chosen python and pip alone. The files that represent the releases are then
    /// the ones that pip selects.
    fn narrow_python(
        &mut self,
        attempt: &Attempt<'a>,
        chosen: &[SolvableId],
    ) -> Result<(), SolveError> {
        let (python, rest) = chosen_python(attempt, chosen)?;
        let alone = Some(BTreeSet::from([python]));
        let pip = record(attempt, "pip", chosen).and_then(pep_version);
        let rules = &mut self.reading.rules;
        if (&rules.pythons, &rules.pip) == (&alone, &pip) {
            return Err(SolveError::unverified(
                "its files changed while it was solved",
            ));
        }
        (rules.pythons, rules.pip) = (alone, pip);
        self.other_pythons = Some(rest);
        Ok(())
    }
}

/// Returns the chosen record of a conda package.
fn record<'a>(
    attempt: &Attempt<'a>,
    package: &str,
    chosen: &[SolvableId],
) -> Option<&'a RepoDataRecord> {
    let terms = attempt.encoder().terms();
    chosen
        .iter()
        .filter_map(|&id| terms.record_of(id))
        .find(|record| record.package_record.name.as_normalized() == package)
}

/// Returns the chosen python, and the allowed ones of other minor versions.
fn chosen_python(
    attempt: &Attempt<'_>,
    chosen: &[SolvableId],
) -> Result<(Version, BTreeSet<Version>), SolveError> {
    let pythons = attempt.encoder().pythons();
    let python = record(attempt, "python", chosen)
        .and_then(|record| pythons.index_of(record))
        .ok_or_else(|| SolveError::unverified("there is no Python for the pip list"))?;
    let chosen = pythons.get(python);
    let rest = pythons
        .allowed()
        .iter()
        .map(|index| pythons.get(index))
        .filter(|other| other.major_minor() != chosen.major_minor())
        .map(|other| other.version.clone())
        .collect();
    Ok((chosen.version.clone(), rest))
}

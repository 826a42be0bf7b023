//! The reason for which a fix skips the nearest version.

use std::time::{Duration, Instant};

use super::{Fixing, Proposal, requirement::Parts};
use crate::{Fix, Skipped, words};
use presolve_solve::{Conflict, Declared, Problem, SolveError, explain};

impl Fixing<'_> {
    /// Adds to the edits of a fix why nearer versions do not work. The search takes at most
    /// `patience`.
    pub(super) async fn tell_skipped(
        &self,
        proposal: &Proposal,
        fix: &mut Fix,
        patience: Duration,
    ) {
        let soon = Instant::now() + patience;
        let deadline = self.question.deadline();
        let question = (self.question).until(Some(deadline.map_or(soon, |end| end.min(soon))));
        for (place, becomes) in proposal.lines.iter().enumerate() {
            let Some(version) = becomes.skips.clone() else {
                continue;
            };
            let is_it = |edit: &&mut crate::Edit| edit.lines == [becomes.line];
            let Some(edit) = fix.edits.iter_mut().find(is_it) else {
                continue;
            };
            let (proposal, nearer) = (proposal.clone(), version.clone());
            let because = question.ask(self.repodata.clone(), move |problem| {
                because(problem, &proposal, place, &nearer)
            });
            // The fix is valid without the reason.
            if let Ok(Some(because)) = because.await {
                edit.skipped = Some(Skipped { version, because });
            }
        }
    }
}

/// Returns why a line cannot have a version if everything else is as proposed.
fn because(
    problem: &Problem<'_>,
    proposal: &Proposal,
    place: usize,
    version: &str,
) -> Result<Option<String>, SolveError> {
    let line = proposal.lines[place].line;
    let nearer =
        Parts::of(&problem.declared[line]).and_then(|parts| parts.between(version, version));
    let Some(nearer) = nearer else {
        return Ok(None);
    };
    let mut declared: Vec<Declared> = Vec::new();
    let mut at = 0;
    let together = proposal.together.iter().flat_map(|moved| &moved.lines);
    let moved: Vec<&(usize, Declared)> = together.collect();
    for (other, before) in problem.declared.iter().enumerate() {
        let becomes = proposal.lines.iter().find(|becomes| becomes.line == other);
        let moved = moved.iter().find(|(moved, _)| *moved == other);
        declared.extend(match (becomes, moved) {
            _ if other == line => {
                at = declared.len();
                Some(nearer.clone())
            }
            (Some(becomes), _) => becomes.with.clone(),
            (None, Some((_, with))) => Some(with.clone()),
            (None, None) => Some(before.clone()),
        });
    }
    let conflict = explain(&Problem {
        declared: &declared,
        world: problem.world.clone(),
    })?;
    Ok(clause(&conflict, at))
}

/// Returns the reason that a conflict gives for one of its lines, as a clause.
fn clause(conflict: &Conflict, line: usize) -> Option<String> {
    let case = conflict.cases.first()?;
    let mut chains = case.chains.iter().filter(|chain| chain.line == line);
    let far = chains.find(|chain| chain.links.len() > 1 && chain.end().versions.is_some());
    if let Some(chain) = far {
        return Some(format!("it needs {}", chain.end()));
    }
    let mut others = case.chains.iter().filter(|chain| chain.line != line);
    let other = others.find(|chain| chain.links.len() > 1 && chain.end().versions.is_some());
    if let Some(chain) = other {
        let by = &chain.links[0].package.name;
        return Some(format!("{by} needs {}", chain.end()));
    }
    let own = case.chains.iter().find(|chain| chain.line == line)?;
    let mut ruled_out = case.ruled_out.iter();
    let of_own = ruled_out.find(|out| {
        own.links
            .first()
            .is_some_and(|link| link.package == out.package)
    });
    of_own.map(|out| words::reason(&out.reason))
}

//! The decision for one problem of a log: the one that caused the others.

use super::{
    Confidence, Diagnosis, KnownFailure, Log, LogVerdict, Named,
    sign::{self, Facts, Hit, Strength},
    telling,
};

/// Evidence for a problem in a log.
struct Candidate {
    problem: &'static KnownFailure,
    strength: Strength,
    step: Option<usize>,
    /// Ascending indices in [`Log::lines`].
    lines: Vec<usize>,
    facts: Facts,
}

/// Decides which problem broke the build of a log.
///
/// A sign in a step that succeeded does not count, because tools warn, retry and fall back. A
/// problem that another one explains is its consequence, such as "Failed building wheel" after
/// a missing compiler. Of independent problems the one with the stronger sign wins, then the
/// later one, because a build ends with its failure.
pub fn diagnose(log: &Log) -> Diagnosis {
    let hits = sign::hits(log);
    let hits = hits.into_iter().filter(|hit| counts(log, hit));
    let candidates = unexplained(gather(log, hits));
    let best = candidates
        .iter()
        .enumerate()
        .max_by_key(|(_, one)| (one.strength, one.lines.last().copied()));
    let Some((place, best)) = best else {
        return unknown(log, None);
    };
    let rivals = candidates.iter().enumerate().any(|(other, one)| {
        other != place && one.strength == best.strength && is_one_step(one, best)
    });
    let confidence = match (best.strength, rivals) {
        (Strength::Sure, false) => Confidence::High,
        (Strength::Sure, true) | (Strength::Likely, false) => Confidence::Medium,
        (Strength::Likely, true) | (Strength::Faint, _) => Confidence::Low,
    };
    let named = |candidate: &Candidate, confidence| Named {
        problem: candidate.problem,
        confidence,
        lines: candidate.lines.clone(),
        facts: candidate.facts.clone(),
        step: candidate.step,
    };
    if confidence == Confidence::Low {
        return unknown(log, Some(named(best, confidence)));
    }
    let others = candidates
        .iter()
        .enumerate()
        .filter(|(other, candidate)| *other != place && candidate.strength > Strength::Faint);
    let also = others.map(|(_, other)| named(other, Confidence::Medium));
    Diagnosis {
        verdict: LogVerdict::Named(named(best, confidence)),
        also: also.collect(),
    }
}

/// Whether a sign counts: its step did not succeed, and no image was built after it.
fn counts(log: &Log, hit: &Hit) -> bool {
    let line = hit.lines[0];
    !log.went_well(line) && log.success.is_none_or(|success| success < line)
}

fn unknown(log: &Log, guess: Option<Named>) -> Diagnosis {
    let verdict = match (guess, log.success) {
        (None, Some(_)) => LogVerdict::Succeeded,
        (guess, _) => LogVerdict::Unknown {
            guess,
            telling: telling::lines(log),
        },
    };
    Diagnosis {
        verdict,
        also: Vec::new(),
    }
}

/// Groups the hits by problem. The lines of a problem are those in the last step that shows
/// it.
fn gather(log: &Log, hits: impl Iterator<Item = Hit>) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for hit in hits {
        let step = log.lines[hit.lines[0]].step;
        let known = candidates
            .iter_mut()
            .find(|candidate| candidate.problem == hit.problem);
        let Some(candidate) = known else {
            candidates.push(Candidate {
                problem: hit.problem,
                strength: hit.strength,
                step,
                lines: hit.lines,
                facts: hit.facts,
            });
            continue;
        };
        candidate.add(hit, step);
    }
    candidates
}

impl Candidate {
    fn add(&mut self, hit: Hit, step: Option<usize>) {
        // The facts of the strongest sign are the ones in the message.
        if hit.strength > self.strength {
            self.facts = hit.facts;
        } else if hit.strength == self.strength {
            for (name, values) in hit.facts {
                let known = self.facts.entry(name).or_default();
                for value in values {
                    if !known.contains(&value) {
                        known.push(value);
                    }
                }
            }
        }
        if step != self.step {
            self.lines.clear();
        }
        self.strength = self.strength.max(hit.strength);
        self.step = step;
        self.lines.extend(hit.lines);
        self.lines.sort_unstable();
        self.lines.dedup();
    }
}

/// Removes the candidates that another one explains.
fn unexplained(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let is_explained = |one: &Candidate| {
        candidates.iter().any(|other| {
            other.strength >= one.strength.min(Strength::Likely)
                && other.problem.explains.contains(&one.problem.name)
                && is_one_step(other, one)
        })
    };
    let explained: Vec<bool> = candidates.iter().map(is_explained).collect();
    let kept = candidates.into_iter().zip(explained);
    kept.filter_map(|(candidate, explained)| (!explained).then_some(candidate))
        .collect()
}

/// Whether two candidates may be in the same step. An unknown step may be any.
fn is_one_step(one: &Candidate, other: &Candidate) -> bool {
    one.step == other.step || one.step.is_none() || other.step.is_none()
}

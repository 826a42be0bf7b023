//! The signs of problems: messages of tools, and how a log is searched for them.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::{KnownFailure, Log, all, fact, log::pattern};
use presolve_text::secrets::redact;

/// The strength of a sign as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Other problems show it too, or it appears without any problem.
    Faint,
    /// It usually means this problem.
    Likely,
    /// Only this problem shows it, and it breaks the build.
    Sure,
}

/// A message that indicates a problem.
pub struct Sign {
    /// A text in every line with the message, case-insensitive. One pass finds the literals of
    /// all signs, so that a log of megabytes is searched once.
    literal: &'static str,
    strength: Strength,
    pattern: Option<&'static str>,
    near: &'static [&'static str],
    unless_near: &'static [&'static str],
    unless_with: &'static [&'static str],
    condition: Option<Condition>,
    items: Option<&'static str>,
    at_end: bool,
}

/// Whether a line of a log, given by its index, shows a problem.
pub type Condition = fn(&Log, usize) -> bool;

impl Sign {
    /// Returns a sign that only this problem shows.
    pub const fn sure(literal: &'static str) -> Self {
        Self::new(literal, Strength::Sure)
    }

    /// Returns a sign that usually means this problem.
    pub const fn likely(literal: &'static str) -> Self {
        Self::new(literal, Strength::Likely)
    }

    /// Returns a sign that can also mean something else.
    pub const fn faint(literal: &'static str) -> Self {
        Self::new(literal, Strength::Faint)
    }

    const fn new(literal: &'static str, strength: Strength) -> Self {
        Self {
            literal,
            strength,
            pattern: None,
            near: &[],
            unless_near: &[],
            unless_with: &[],
            condition: None,
            items: None,
            at_end: false,
        }
    }

    /// Requires that the line also matches this pattern. Its named groups are facts.
    pub const fn matching(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// Requires that one of these texts is near the sign, in the same step.
    pub const fn near(mut self, texts: &'static [&'static str]) -> Self {
        self.near = texts;
        self
    }

    /// Requires that none of these texts is near the sign, in the same step.
    pub const fn unless_near(mut self, texts: &'static [&'static str]) -> Self {
        self.unless_near = texts;
        self
    }

    /// Requires that none of these texts is in the line itself.
    pub const fn unless_with(mut self, texts: &'static [&'static str]) -> Self {
        self.unless_with = texts;
        self
    }

    /// Requires this of the line, where texts near it do not tell.
    pub const fn when(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// Adds the lines after it that match this as a list. Their named groups are facts.
    pub const fn with_items(mut self, pattern: &'static str) -> Self {
        self.items = Some(pattern);
        self
    }

    /// Requires that the log ends with it, except for messages that the build was given up.
    pub const fn at_end(mut self) -> Self {
        self.at_end = true;
        self
    }
}

/// The facts of a case by name, with their values in the order of the log.
pub type Facts = BTreeMap<String, Vec<String>>;

/// A sign that was found in a log.
pub(super) struct Hit {
    pub problem: &'static KnownFailure,
    pub strength: Strength,
    /// The indices of its lines in [`Log::lines`]; the first has the message.
    pub lines: Vec<usize>,
    pub facts: Facts,
}

/// How many lines before and after a sign are near it. A traceback can be that long.
const BEFORE: usize = 200;
const BEHIND: usize = 50;

/// The maximum number of hits of a sign, because a message can be in every line of a log.
const HITS: usize = 200;

/// The maximum number of lines of a list, and of other lines before its first entry.
const ITEMS: usize = 200;
const GAP: usize = 2;

/// The messages that the build was given up, which may follow its last output.
static GIVEN_UP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\W*$|timed out|maximum (?:execution )?time|time-?out|deadline exceeded|cancell?ed|^\W*make(?:\[\d+\])?: \*\*\*|",
        r"failed to run step ID|Container failed during run|Run ID: \S+ (?:failed|timed out|cancel)|",
        r"exit code|non-zero code|^\^C|Process completed|Terminated|SIGTERM|KeyboardInterrupt|",
        r"^\W*(?:e|don|etrying with\w*|R)\W*$",
    ))
});

/// The signs of all problems, compiled for the search.
struct Known {
    signs: Vec<Compiled>,
    literals: AhoCorasick,
}

struct Compiled {
    problem: &'static KnownFailure,
    sign: &'static Sign,
    /// Compiled on first use, because most literals are never found.
    pattern: OnceLock<Regex>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let signs: Vec<Compiled> = all()
        .flat_map(|problem| problem.signs.iter().map(move |sign| (problem, sign)))
        .map(|(problem, sign)| Compiled {
            problem,
            sign,
            pattern: OnceLock::new(),
        })
        .collect();
    let literals = literals(signs.iter().map(|known| known.sign.literal));
    Known { signs, literals }
});

fn literals<'l>(texts: impl Iterator<Item = &'l str>) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(texts)
        .expect("a few hundred short texts")
}

impl Compiled {
    /// Whether a line with the literal also matches the pattern.
    fn is_in(&self, text: &str) -> bool {
        let Some(source) = self.sign.pattern else {
            return true;
        };
        let regex = self.pattern.get_or_init(|| pattern(source));
        regex.is_match(text)
    }

    /// Returns the sign at a line, if the lines near it satisfy its conditions.
    fn hit(&self, log: &Log, line: usize) -> Option<Hit> {
        let sign = self.sign;
        let around = line.saturating_sub(BEFORE)..(line + BEHIND).min(log.lines.len());
        let text = &log.lines[line].text;
        let stands_near = |texts: &[&str]| {
            let texts = literals(texts.iter().copied());
            let mut lines = around.clone().filter(|&near| log.is_one_step(line, near));
            lines.any(|near| texts.is_match(&log.lines[near].text))
        };
        if !sign.unless_with.is_empty() && literals(sign.unless_with.iter().copied()).is_match(text)
            || !sign.near.is_empty() && !stands_near(sign.near)
            || !sign.unless_near.is_empty() && stands_near(sign.unless_near)
            || sign.condition.is_some_and(|holds| !holds(log, line))
            || sign.at_end && !self.ends(log, line)
        {
            return None;
        }
        let mut hit = Hit {
            problem: self.problem,
            strength: sign.strength,
            lines: vec![line],
            facts: Facts::new(),
        };
        if let Some(source) = sign.pattern {
            let regex = self.pattern.get_or_init(|| pattern(source));
            add_facts(&mut hit.facts, regex, &log.lines[line].text);
        }
        if let Some(source) = sign.items {
            hit.add_items(log, &pattern(source));
        }
        Some(hit)
    }

    /// Whether only messages that the build was given up follow a line.
    fn ends(&self, log: &Log, line: usize) -> bool {
        let mut behind = log.lines[line + 1..].iter();
        behind.all(|line| GIVEN_UP.is_match(&line.text))
    }
}

impl Hit {
    fn add_items(&mut self, log: &Log, item: &Regex) {
        let first = self.lines[0] + 1;
        let mut others = 0;
        for (place, line) in log.lines.iter().enumerate().skip(first).take(ITEMS) {
            if item.is_match(&line.text) {
                add_facts(&mut self.facts, item, &line.text);
                self.lines.push(place);
            } else {
                others += 1;
                if others > GAP || self.lines.len() > 1 {
                    break;
                }
            }
        }
    }
}

/// Adds the facts of a line, without passwords and tokens. Facts are parts of URLs, in which a
/// secret could not be recognised later.
fn add_facts(facts: &mut Facts, regex: &Regex, text: &str) {
    let text = redact(text);
    let Some(found) = regex.captures(&text) else {
        return;
    };
    for name in regex.capture_names().flatten() {
        let Some(value) = found.name(name) else {
            continue;
        };
        let value = fact::clean(name, value.as_str());
        let values = facts.entry(name.to_owned()).or_default();
        if !values.iter().any(|known| fact::is_same(name, known, value)) {
            values.push(value.to_owned());
        }
    }
}

/// Returns every sign of every problem in a log, in the order of the lines.
pub(super) fn hits(log: &Log) -> Vec<Hit> {
    let known = &*KNOWN;
    let mut places: Vec<Vec<usize>> = known.signs.iter().map(|_| Vec::new()).collect();
    for (place, line) in log.lines.iter().enumerate() {
        for found in known.literals.find_overlapping_iter(&line.text) {
            let sign = found.pattern().as_usize();
            let places = &mut places[sign];
            if places.last() != Some(&place) && known.signs[sign].is_in(&line.text) {
                if places.len() == HITS {
                    places.remove(HITS / 2);
                }
                places.push(place);
            }
        }
    }
    let places = known.signs.iter().zip(&places);
    let hits = places.flat_map(|(sign, lines)| lines.iter().map(move |line| (sign, *line)));
    let mut hits: Vec<Hit> = hits
        .filter_map(|(sign, line)| sign.hit(log, line))
        .collect();
    hits.sort_by_key(|hit| hit.lines[0]);
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_no_literal_is_in_every_line() {
        for known in &KNOWN.signs {
            let sign = known.sign;
            for source in [sign.pattern, sign.items].into_iter().flatten() {
                Regex::new(source)
                    .unwrap_or_else(|error| panic!("{}: {error}", known.problem.name));
            }
            assert!(
                sign.literal.len() >= 3,
                "{}: {}",
                known.problem.name,
                sign.literal
            );
        }
        LazyLock::force(&GIVEN_UP);
    }
}

//! `diagnose`: what broke an image build, from its log.
//!
//! In: a [`Log`], and the environment file if there is one. Out: the known problem, the lines of
//! the log that show it, and the line of the file that it is about ([`spec`]). This crate must
//! never solve anything.
//!
//! Each known problem is a file of its own, with a page beside it (`disk_full.rs`,
//! `disk_full.md`), in the folder of its subject. [`PROBLEMS`] lists them all. A problem is
//! data: the messages that show it, with the facts in them, and the problems that follow from
//! it. [`diagnose`] decides between them.

mod decide;
mod log;
mod problems;
mod sign;
pub mod spec;
mod step;
mod telling;
#[cfg(test)]
mod tests;

pub use decide::diagnose;
pub use log::{Log, LogLine};
pub use problems::PROBLEMS;
pub use sign::{Facts, Sign, Strength};
pub use step::{Fate, Step};

/// What breaks image builds in a way that can be told by the log.
pub struct KnownFailure {
    /// Its name in kebab case.
    pub name: &'static str,
    /// What is said of a case: a sentence with facts in braces. [`KnownFailure::summary`] is
    /// said where one of them is not known.
    pub message: &'static str,
    /// The messages that show it.
    pub signs: &'static [Sign],
    /// The names of problems that follow from it, or say the same less precisely.
    pub explains: &'static [&'static str],
    /// The environment file can be at fault, so that solving it can tell more.
    pub solvable: bool,
    /// conda's search can have taken too much of what a build has: where the file has a
    /// solution, what the search costs tells more.
    pub of_the_search: bool,
    /// What it is, its cause, what to do, and examples of logs, in Markdown.
    pub text: &'static str,
}

/// What a log says.
pub struct Diagnosis {
    /// The problem, if one is known.
    pub verdict: LogVerdict,
    /// Other problems of the log that do not follow from it.
    pub also: Vec<Named>,
}

/// Whether the problem of a log is known.
pub enum LogVerdict {
    /// This one.
    Named(Named),
    /// None that is known.
    Unknown {
        /// What it may be, with too little to say so.
        guess: Option<Named>,
        /// The lines that say most, as places in [`Log::lines`].
        telling: Vec<usize>,
    },
    /// The log ends with an image, and nothing went wrong after it.
    Succeeded,
}

/// A problem that a log shows.
#[derive(Clone)]
pub struct Named {
    /// Which one.
    pub problem: &'static KnownFailure,
    /// How sure that is.
    pub confidence: Confidence,
    /// The lines that show it, as places in [`Log::lines`], in their order.
    pub lines: Vec<usize>,
    /// What they say about the case: `package`, `version`, `url`.
    pub facts: Facts,
    /// The step of the build, as a place in [`Log::steps`].
    pub step: Option<usize>,
}

/// How sure it is that a problem is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Too little to name it.
    Low,
    /// Its messages are there, and something speaks for another one, too.
    Medium,
    /// Its messages are there, and nothing else explains the failure.
    High,
}

/// Every problem.
pub fn all() -> impl Iterator<Item = &'static KnownFailure> {
    PROBLEMS.iter().flat_map(|group| group.iter().copied())
}

/// The problem of this name.
pub fn by_name(name: &str) -> Option<&'static KnownFailure> {
    all().find(|problem| problem.name == name)
}

/// The problem whose name is nearest to one that does not exist, if any is near.
pub fn nearest(name: &str) -> Option<&'static KnownFailure> {
    let likeness = |problem: &&KnownFailure| strsim::jaro_winkler(problem.name, name);
    let scored = all().map(|problem| (likeness(&problem), problem));
    let (score, problem) = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (score > 0.8).then_some(problem)
}

impl KnownFailure {
    /// The first paragraph of its text: what it is, in one sentence.
    pub fn summary(&self) -> String {
        paragraph(self.text)
    }

    /// Why it comes about.
    pub fn cause(&self) -> String {
        self.section("## Cause\n")
    }

    /// What mends it.
    pub fn remedy(&self) -> String {
        self.section("## What to do\n")
    }

    fn section(&self, heading: &str) -> String {
        let behind = self.text.split_once(heading);
        behind.map_or_else(String::new, |(_, text)| paragraph(text.trim_start()))
    }
}

/// The lines up to an empty one, as one.
fn paragraph(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// How many values of a fact a message tells.
const TOLD: usize = 3;

impl Named {
    /// The case in one sentence, lower case, without a full stop.
    pub fn message(&self) -> String {
        self.filled().unwrap_or_else(|| {
            let summary = self.problem.summary();
            let sentence = summary.trim_end_matches('.');
            let mut letters = sentence.chars();
            let second = letters.clone().nth(1);
            let is_word = second.is_some_and(|letter| letter.is_lowercase() || letter == ' ');
            match letters.next() {
                Some(first) if is_word => first.to_lowercase().chain(letters).collect(),
                _ => sentence.to_owned(),
            }
        })
    }

    /// The message with its facts; none if one is not known.
    fn filled(&self) -> Option<String> {
        let mut text = String::new();
        let mut rest = self.problem.message;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, behind) = behind.split_once('}')?;
            let values = self.facts.get(name)?;
            text += before;
            let told: Vec<&str> = values.iter().take(TOLD).map(String::as_str).collect();
            text += &told.join("`, `");
            let more = values.len().saturating_sub(TOLD);
            let quoted = behind.strip_prefix('`');
            if more > 0
                && let Some(quoted) = quoted
            {
                text += &format!("` and {more} more");
                rest = quoted;
            } else {
                rest = behind;
            }
        }
        text += rest;
        (!text.is_empty()).then_some(text)
    }
}

impl std::fmt::Debug for KnownFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for KnownFailure {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

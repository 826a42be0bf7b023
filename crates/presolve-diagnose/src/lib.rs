//! `diagnose`: the problem that broke an image build, from its log.
//!
//! In: a [`Log`], and the environment file if there is one. Out: the known problem, the lines
//! of the log that show it, and the lines of the file that it refers to ([`spec`]). This crate
//! must never solve anything.
//!
//! Each known problem is a file of its own, next to its page (`disk_full.rs`, `disk_full.md`),
//! in the folder of its subject. [`PROBLEMS`] lists them all. A problem is data: the messages
//! that show it, with the facts in them, and the problems that it causes. Where texts near a
//! message do not tell, its sign has a [`Condition`]. [`diagnose`] decides between them.

mod decide;
mod fact;
mod log;
mod problems;
mod progress;
mod sign;
pub mod spec;
mod step;
mod telling;
#[cfg(test)]
mod tests;
mod traceback;

pub use decide::diagnose;
pub use log::{Log, LogLine};
pub use problems::PROBLEMS;
pub use sign::{Condition, Facts, Sign, Strength};
pub use step::{Fate, Step};

/// A failure of image builds that the log can reveal.
pub struct KnownFailure {
    /// The name in kebab case, which `diagnose --explain` accepts.
    pub name: &'static str,
    /// The message for a case: a sentence with facts in braces. If a fact is unknown, the
    /// message is [`KnownFailure::summary`].
    pub message: &'static str,
    /// The messages that show it.
    pub signs: &'static [Sign],
    /// The names of problems that this one causes, or that describe it less precisely.
    pub explains: &'static [&'static str],
    /// Whether the environment file can be at fault, so that solving it may show more.
    pub solvable: bool,
    /// Whether conda's search can exceed a limit of the build. If the file has a solution, the
    /// predicted cost of the search then shows more.
    pub of_the_search: bool,
    /// The page in Markdown: summary, cause, remedy, and example logs.
    pub text: &'static str,
}

/// The result for a log.
pub struct Diagnosis {
    /// The main problem, if it is known.
    pub verdict: LogVerdict,
    /// Other problems in the log that it does not explain.
    pub also: Vec<Named>,
}

/// Whether the log shows a known problem.
pub enum LogVerdict {
    /// The problem that broke the build.
    Named(Named),
    /// No known problem is certain.
    Unknown {
        /// A possible problem, with too little evidence to name it.
        guess: Option<Named>,
        /// The most informative lines, as indices in [`Log::lines`].
        telling: Vec<usize>,
    },
    /// An image was built, and no problem follows in the log.
    Succeeded,
}

/// A problem that a log shows.
#[derive(Clone)]
pub struct Named {
    /// The known failure that the log shows.
    pub problem: &'static KnownFailure,
    /// The confidence that it broke the build.
    pub confidence: Confidence,
    /// The lines that show it, as ascending indices in [`Log::lines`].
    pub lines: Vec<usize>,
    /// The facts in these lines, by name: `package`, `version`, `url`.
    pub facts: Facts,
    /// The step of the build, as an index in [`Log::steps`].
    pub step: Option<usize>,
}

/// The confidence that a problem broke the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// There is too little evidence to name it.
    Low,
    /// Its messages are present, but there is also evidence for another problem.
    Medium,
    /// Its messages are present, and nothing else explains the failure.
    High,
}

/// Returns every known problem.
pub fn all() -> impl Iterator<Item = &'static KnownFailure> {
    PROBLEMS.iter().flat_map(|group| group.iter().copied())
}

/// Returns the problem with this name.
pub fn by_name(name: &str) -> Option<&'static KnownFailure> {
    all().find(|problem| problem.name == name)
}

/// Returns the problem with the most similar name, if one is similar enough.
pub fn nearest(name: &str) -> Option<&'static KnownFailure> {
    let likeness = |problem: &&KnownFailure| strsim::jaro_winkler(problem.name, name);
    let scored = all().map(|problem| (likeness(&problem), problem));
    let (score, problem) = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (score > 0.8).then_some(problem)
}

impl KnownFailure {
    /// Returns the first paragraph of its page: the problem in one sentence.
    pub fn summary(&self) -> String {
        paragraph(self.text)
    }

    /// Returns the cause, from its page.
    pub fn cause(&self) -> String {
        self.section("## Cause\n")
    }

    /// Returns the remedy, from its page.
    pub fn remedy(&self) -> String {
        self.section("## What to do\n")
    }

    fn section(&self, heading: &str) -> String {
        let behind = self.text.split_once(heading);
        behind.map_or_else(String::new, |(_, text)| paragraph(text.trim_start()))
    }
}

/// Joins the lines up to an empty one.
fn paragraph(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// The maximum number of values of a fact in a message.
const TOLD: usize = 3;

impl Named {
    /// Describes the case in one sentence, lower case, without a full stop.
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

    /// Returns the message with its facts filled in; `None` if one is unknown.
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

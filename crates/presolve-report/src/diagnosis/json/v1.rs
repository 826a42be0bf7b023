//! Version 1 of the JSON of a diagnosis. These types are the schema: their names and
//! comments are in it. No password or token of a URL is in any text.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Answer, LogReport};
use presolve_diagnose::{self as diagnose, Log, Named};
use presolve_terminal::foreign::shown;
use presolve_text::diagnostic::Label;

/// The cause of a failed image build, found in its log.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "presolve diagnose, version 1")]
pub struct Diagnosis {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// The version of presolve that wrote this report.
    pub presolve: &'static str,
    /// The path of the log as given on the command line; `-` for standard input.
    pub log: String,
    /// The number of lines of the log.
    pub line_count: usize,
    /// Whether a known problem was found.
    pub verdict: Verdict,
    /// The problem. If the verdict is `unknown`, a guess, or null.
    pub problem: Option<Problem>,
    /// Other problems in the log that are not consequences of `problem`.
    pub also: Vec<Problem>,
    /// The most telling lines, if no known problem was found.
    pub telling: Vec<Line>,
    /// What the environment file shows about the problem; null without `--spec`.
    pub spec: Option<Spec>,
}

/// Whether a known problem was found in a log.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A known problem was found.
    Named,
    /// No known problem was found.
    Unknown,
    /// The build in the log succeeded.
    Succeeded,
}

/// A problem found in a log.
#[derive(Serialize, JsonSchema)]
pub struct Problem {
    /// The name of the problem in kebab case; see `presolve diagnose --list`.
    pub name: &'static str,
    /// How certain it is that this problem broke the build.
    pub confidence: Confidence,
    /// The problem in one sentence, with the values of this case.
    pub message: String,
    /// Why the problem occurs.
    pub cause: String,
    /// What to do about the problem.
    pub remedy: String,
    /// The log lines that show the problem.
    pub lines: Vec<Line>,
    /// Values taken from these lines, by name, such as `package`, `version`, `url`.
    pub facts: BTreeMap<String, Vec<String>>,
    /// The build step that failed; null if the log does not show it.
    pub step: Option<Line>,
    /// Names of less precise problems, and of consequences, that this problem explains.
    pub explains: &'static [&'static str],
}

/// A line of the log.
#[derive(Serialize, JsonSchema)]
pub struct Line {
    /// The line number, from 1.
    pub number: usize,
    /// The text without timestamps, step numbers and colours.
    pub text: String,
}

/// What the environment file shows about the problem.
#[derive(Serialize, JsonSchema)]
pub struct Spec {
    /// The lines that are related to the problem.
    pub lines: Vec<Place>,
    /// Whether the file has a solution; null if it was not solved, or if solving failed.
    pub solvable: Option<bool>,
    /// The predicted cost of conda's classic solver, if it may have broken the build;
    /// null if the cost is low, unknown, or unrelated to the problem.
    pub cost: Option<String>,
    /// The smallest change that fixes the file, one sentence per changed line. It was
    /// verified by solving.
    pub fix: Vec<String>,
    /// The versions that the changed lines then get, such as `numpy 1.21.6 (conda)`.
    #[schemars(default)]
    pub gives: Vec<String>,
    /// Why solving failed.
    pub undecided: Option<String>,
}

/// A position in the environment file or in a file that it includes.
#[derive(Serialize, JsonSchema)]
pub struct Place {
    /// The path of the file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column of the first character, from 1, in characters.
    pub column: usize,
    /// The text at this position.
    pub text: String,
    /// How this line is related to the problem.
    pub label: String,
}

impl Diagnosis {
    /// What was found in a log.
    pub fn new(report: &LogReport<'_>) -> Self {
        let log = report.log;
        let (verdict, named, telling) = match &report.diagnosis.verdict {
            diagnose::LogVerdict::Named(named) => (Verdict::Named, Some(named), &[][..]),
            diagnose::LogVerdict::Unknown { guess, telling } => {
                (Verdict::Unknown, guess.as_ref(), &telling[..])
            }
            diagnose::LogVerdict::Succeeded => (Verdict::Succeeded, None, &[][..]),
        };
        let also = report.diagnosis.also.iter();
        Self {
            version: 1,
            presolve: env!("CARGO_PKG_VERSION"),
            log: report.path.to_owned(),
            line_count: log.count,
            verdict,
            problem: named.map(|named| Problem::new(named, log)),
            also: also.map(|named| Problem::new(named, log)).collect(),
            telling: telling.iter().map(|&place| Line::new(log, place)).collect(),
            spec: report.spec.as_ref().map(Spec::new),
        }
    }
}

impl Problem {
    fn new(named: &Named, log: &Log) -> Self {
        let lines = named.lines.iter();
        let facts = named.facts.iter().map(|(name, values)| {
            let values = values.iter().map(|value| shown(value));
            (name.clone(), values.collect())
        });
        let step = named.step.map(|step| &log.steps[step]);
        Self {
            name: named.problem.name,
            confidence: named.confidence.into(),
            message: shown(&named.message()),
            cause: named.problem.cause(),
            remedy: named.problem.remedy(),
            lines: lines.map(|&place| Line::new(log, place)).collect(),
            facts: facts.collect(),
            step: step.map(|step| Line {
                number: step.line,
                text: shown(&step.instruction),
            }),
            explains: named.problem.explains,
        }
    }
}

impl Line {
    fn new(log: &Log, place: usize) -> Self {
        let line = &log.lines[place];
        Self {
            number: line.number,
            text: shown(&line.text),
        }
    }
}

impl Spec {
    fn new(spec: &super::super::Spec) -> Self {
        let mut told = Self {
            lines: spec.lines.iter().map(Place::new).collect(),
            solvable: None,
            cost: None,
            fix: Vec::new(),
            gives: Vec::new(),
            undecided: None,
        };
        match &spec.answer {
            None => {}
            Some(Answer::Solvable { cost }) => {
                told.solvable = Some(true);
                told.cost = cost.as_deref().map(shown);
            }
            Some(Answer::Fix { changes, gives, .. }) => {
                told.solvable = Some(false);
                told.fix = changes.iter().map(|change| shown(change)).collect();
                told.gives = gives.iter().map(|given| shown(given)).collect();
            }
            Some(Answer::Unsolvable) => told.solvable = Some(false),
            Some(Answer::Unknown(reason)) => told.undecided = Some(shown(reason)),
        }
        told
    }
}

impl Place {
    fn new(label: &Label) -> Self {
        let (line, column) = label.location.line_column();
        Self {
            file: label.location.file.path().display().to_string(),
            line,
            column,
            text: shown(label.location.text()),
            label: label.text.clone(),
        }
    }
}

/// How sure it is that a problem is the one.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Too little to name it.
    Low,
    /// Its messages are there, and something speaks for another one, too.
    Medium,
    /// Its messages are there, and nothing else explains the failure.
    High,
}

impl From<diagnose::Confidence> for Confidence {
    fn from(confidence: diagnose::Confidence) -> Self {
        match confidence {
            diagnose::Confidence::Low => Self::Low,
            diagnose::Confidence::Medium => Self::Medium,
            diagnose::Confidence::High => Self::High,
        }
    }
}

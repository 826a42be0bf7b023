//! Version 1 of the JSON of a diagnosis. These types are the schema: their names and
//! comments are in it. No password or token of a URL is in any text.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Answer, Report};
use presolve_diagnose::{self as diagnose, Log, Named};
use presolve_terminal::foreign::shown;
use presolve_text::diagnostic::Label;

/// What broke an image build, by its log.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "presolve diagnose, version 1")]
pub struct Diagnosis {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// The version of presolve that wrote it.
    pub presolve: &'static str,
    /// The path of the log as it was given; `-` for standard input.
    pub log: String,
    /// How many lines it has.
    pub line_count: usize,
    /// Whether the problem is known.
    pub verdict: Verdict,
    /// The problem; where the verdict is `unknown`, what it may be, if anything.
    pub problem: Option<Problem>,
    /// Other problems of the log that do not follow from it.
    pub also: Vec<Problem>,
    /// Where no problem is known, the lines that say most.
    pub telling: Vec<Line>,
    /// What the environment file says about the problem; null if none was given.
    pub spec: Option<Spec>,
}

/// Whether the problem of a log is known.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is.
    Named,
    /// It is not.
    Unknown,
    /// The log is that of a build that succeeded.
    Succeeded,
}

/// A problem that a log shows.
#[derive(Serialize, JsonSchema)]
pub struct Problem {
    /// Its name in kebab case; `diagnose --list` lists them.
    pub name: &'static str,
    /// How sure it is that it is the one.
    pub confidence: Confidence,
    /// The case in one sentence.
    pub message: String,
    /// Why it comes about.
    pub cause: String,
    /// What to do.
    pub remedy: String,
    /// The lines that show it.
    pub lines: Vec<Line>,
    /// What they say about the case, by name, such as `package`, `version`, `url`.
    pub facts: BTreeMap<String, Vec<String>>,
    /// The step of the build; null where the log tells of none.
    pub step: Option<Line>,
    /// Less precise names of it, and what follows from it.
    pub explains: &'static [&'static str],
}

/// A line of the log.
#[derive(Serialize, JsonSchema)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its text, without timestamps, step numbers and colours.
    pub text: String,
}

/// What the environment file says about the problem.
#[derive(Serialize, JsonSchema)]
pub struct Spec {
    /// The lines that the problem is about.
    pub lines: Vec<Place>,
    /// Whether the file has a solution; null where that was not asked, or could not be
    /// found out.
    pub solvable: Option<bool>,
    /// What conda's classic solver would cost, where that may be what broke the build;
    /// null where it costs little, was not asked, or is no matter of the problem.
    pub cost: Option<String>,
    /// The smallest change that mends it, one sentence per line that changes. It was
    /// solved.
    pub fix: Vec<String>,
    /// What the changed lines get by it: `numpy 1.21.6 (conda)`.
    #[schemars(default)]
    pub gives: Vec<String>,
    /// Why it could not be found out whether there is a solution.
    pub undecided: Option<String>,
}

/// A place in the environment file, or in one that it includes.
#[derive(Serialize, JsonSchema)]
pub struct Place {
    /// The path of the file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column of its first character, from 1, in characters.
    pub column: usize,
    /// What stands there.
    pub text: String,
    /// What it has to do with the problem.
    pub label: String,
}

impl Diagnosis {
    /// What was found in a log.
    pub fn new(report: &Report<'_>) -> Self {
        let log = report.log;
        let (verdict, named, telling) = match &report.diagnosis.verdict {
            diagnose::Verdict::Named(named) => (Verdict::Named, Some(named), &[][..]),
            diagnose::Verdict::Unknown { guess, telling } => {
                (Verdict::Unknown, guess.as_ref(), &telling[..])
            }
            diagnose::Verdict::Succeeded => (Verdict::Succeeded, None, &[][..]),
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

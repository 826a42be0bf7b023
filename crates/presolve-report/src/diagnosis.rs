//! The human-readable diagnosis: the problem in the layout of rustc, with log lines
//! instead of code, then the lines of the environment file.

pub mod commands;
pub mod json;
pub mod sarif;

use presolve_check::rules::TextFix;
use presolve_diagnose::{Confidence, Diagnosis, Log, LogVerdict, Named};
use presolve_terminal::{
    foreign, human,
    log::{self, Line, Message},
};
use presolve_text::diagnostic::{Diagnostic, Label, Level};

/// The input of the report on a log.
pub struct LogReport<'r> {
    /// The path of the log as given; `-` for standard input.
    pub path: &'r str,
    /// The log.
    pub log: &'r Log,
    /// The problem that the log shows, if one is known.
    pub diagnosis: &'r Diagnosis,
    /// The environment file, if one was given.
    pub spec: Option<Spec>,
}

/// What the environment file shows about the problem.
pub struct Spec {
    /// The lines that the problem refers to.
    pub lines: Vec<Label>,
    /// The result of solving the file; `None` if it was not solved.
    pub answer: Option<Answer>,
}

impl Spec {
    /// Returns the change that fixes the file, and the resulting versions, in one sentence.
    fn change(&self) -> Option<String> {
        let Some(Answer::Fix { changes, gives, .. }) = &self.answer else {
            return None;
        };
        let changes = changes.join(", and ");
        Some(if gives.is_empty() {
            changes
        } else {
            format!("{changes}, which gives {}", gives.join(", "))
        })
    }
}

/// The result of solving the environment file.
pub enum Answer {
    /// It has a solution.
    Solvable {
        /// The predicted cost of conda's classic solver, if it may have broken the build.
        cost: Option<String>,
    },
    /// It has no solution, and this change fixes it.
    Fix {
        /// The changes in words: "change `numpy=1.19` to `numpy=1.21` (line 7)".
        changes: Vec<String>,
        /// The resulting versions of the changed lines: `numpy 1.21.6 (conda)`.
        gives: Vec<String>,
        /// The changes as edits; `None` if they are in several files.
        edits: Option<TextFix>,
    },
    /// It has no solution, and no fix was found.
    Unsolvable,
    /// It could not be solved, for this reason.
    Unknown(String),
}

/// The maximum number of log lines that are printed for a problem.
const LINES: usize = 6;

/// The maximum length of a printed line, in characters. Command lines of a build can be long.
const WIDTH: usize = 160;

/// Returns the report, with a trailing line break.
pub fn render(report: &LogReport<'_>) -> String {
    match &report.diagnosis.verdict {
        LogVerdict::Named(named) => {
            let spec = report.spec.as_ref().map(of_spec);
            log::render(&named_problem(report, named)) + &spec.unwrap_or_default()
        }
        LogVerdict::Unknown { guess, telling } => {
            log::render(&unknown(report, guess.as_ref(), telling))
        }
        LogVerdict::Succeeded => log::render(&Message {
            level: Level::Note,
            name: None,
            message: "the build in this log succeeded".to_owned(),
            path: report.path,
            lines: Vec::new(),
            notes: Vec::new(),
        }),
    }
}

fn named_problem<'r>(report: &'r LogReport<'_>, named: &Named) -> Message<'r> {
    let mut notes = Vec::new();
    if let more @ 1.. = named.lines.len().saturating_sub(LINES) {
        notes.push(("", format!("and {more} more lines")));
    }
    if let Some(step) = named.step {
        let step = &report.log.steps[step];
        let instruction = shortened(&step.instruction);
        notes.push(("step", format!("`{instruction}` (line {})", step.line)));
    }
    notes.push(("cause", named.problem.cause()));
    notes.push(("help", named.problem.remedy()));
    if named.confidence < Confidence::High {
        let note = "this is likely but not certain: check the lines".to_owned();
        notes.push(("note", note));
    }
    for other in &report.diagnosis.also {
        let line = report.log.lines[other.lines[0]].number;
        let note = format!(
            "`{}` (line {line}): {}",
            other.problem.name,
            other.message()
        );
        notes.push(("also seen", note));
    }
    Message {
        level: Level::Error,
        name: Some(named.problem.name),
        message: named.message(),
        path: report.path,
        lines: lines(report.log, named.lines.iter().take(LINES)),
        notes,
    }
}

fn unknown<'r>(report: &'r LogReport<'_>, guess: Option<&Named>, telling: &[usize]) -> Message<'r> {
    let mut notes = Vec::new();
    if telling.is_empty() {
        notes.push(("note", "the log is empty".to_owned()));
    }
    if let Some(guess) = guess {
        let line = report.log.lines[guess.lines[0]].number;
        let name = guess.problem.name;
        let note = format!("line {line} may be `{name}`, which also appears in other failures");
        notes.push(("note", note));
    }
    let help = "check these lines first; `presolve diagnose --list` lists the known problems";
    notes.push(("help", help.to_owned()));
    Message {
        level: Level::Error,
        name: Some("unknown"),
        message: "the log shows no known problem".to_owned(),
        path: report.path,
        lines: lines(report.log, telling.iter()),
        notes,
    }
}

/// Returns lines of the log. If a single line is between two of them, it is included.
fn lines<'l>(log: &Log, places: impl Iterator<Item = &'l usize>) -> Vec<Line> {
    let mut shown: Vec<usize> = Vec::new();
    for &place in places {
        let number = log.lines[place].number;
        if let Some(&last) = shown.last()
            && log.lines[last].number + 2 == number
        {
            shown.extend(last + 1..place);
        }
        shown.push(place);
    }
    let shown = shown.into_iter().map(|place| &log.lines[place]);
    let shown = shown.map(|line| Line {
        number: line.number,
        text: shortened(&line.text),
    });
    shown.collect()
}

fn of_spec(spec: &Spec) -> String {
    format!("\n{}\n", human::render(&about(spec)))
}

/// Returns the diagnostic on the environment file and the result of solving it.
fn about(spec: &Spec) -> Diagnostic {
    let message = if spec.lines.is_empty() {
        "presolve found no single line of the environment file that explains the problem"
    } else {
        "the environment file is involved here"
    };
    let mut diagnostic = Diagnostic::new(Level::Note, "environment-file", message);
    diagnostic.labels.clone_from(&spec.lines);
    match &spec.answer {
        None => diagnostic,
        Some(Answer::Solvable { cost }) => {
            diagnostic.notes.extend(cost.clone());
            diagnostic
            .note("the file can be solved now, conda and pip together")
            .help("pin the solution with `presolve pin`, so that the build has nothing to search for; it also reports what pip has to build")
        }
        Some(Answer::Fix { .. }) => diagnostic
            .note("the file has no solution; this change fixes it (verified by solving)")
            .help(spec.change().unwrap_or_default())
            .help("run `presolve explain` for the reason and other fixes"),
        Some(Answer::Unsolvable) => {
            diagnostic.note("the file has no solution, and no fix of a few lines was found")
        }
        Some(Answer::Unknown(reason)) => diagnostic.note(format!(
            "the file could not be solved for more details: {reason}"
        )),
    }
}

/// Shortens a line to [`WIDTH`].
fn shortened(text: &str) -> String {
    // Mask secrets first: part of a secret may not be recognised as one.
    let text = foreign::shown(text.trim_end()).replace('\t', "    ");
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

//! Version 1 of the JSON of findings. These types are the schema: their names and
//! comments are in it. No password or token of a URL is in any text.

use schemars::JsonSchema;
use serde::Serialize;

mod from;

/// Problems found in environment files.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "presolve check, version 1")]
pub struct Report {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// The version of presolve that wrote this report.
    pub presolve: &'static str,
    /// The checked files in order of their paths, then the `presolve.toml` files that
    /// have findings.
    pub files: Vec<File>,
    /// The totals over all files.
    pub counts: Counts,
}

/// The totals over all files.
#[derive(Serialize, JsonSchema)]
pub struct Counts {
    /// Files that were checked.
    pub checked: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notes.
    pub notes: usize,
    /// Findings suppressed by a comment or `presolve.toml`; they are not listed.
    pub suppressed: usize,
    /// Findings that `--fix` can fix.
    pub fixable: usize,
    /// Further findings that `--fix --unsafe-fixes` can fix.
    pub unsafely_fixable: usize,
    /// Findings that were fixed in this run; they are not listed.
    pub fixed: usize,
}

/// A file that was checked.
#[derive(Serialize, JsonSchema)]
pub struct File {
    /// The path with `/`, relative to the working directory if it is below it.
    pub path: String,
    /// The findings, most severe first, then in order of position.
    pub findings: Vec<Finding>,
    /// The number of suppressed findings.
    pub suppressed: usize,
    /// What could not be checked.
    pub undecided: Vec<Undecided>,
    /// The rules of the findings that were fixed in this run.
    pub fixed: Vec<&'static str>,
}

/// A problem found in a file.
#[derive(Serialize, JsonSchema)]
pub struct Finding {
    /// The name of the rule; `presolve rule NAME` describes it.
    pub rule: &'static str,
    /// The severity.
    pub level: Level,
    /// How certain the finding is.
    pub confidence: Confidence,
    /// What is wrong, one sentence.
    pub message: String,
    /// The position in the file.
    pub place: Place,
    /// The label at `place`; may be empty.
    pub label: String,
    /// Other positions that are related to the finding.
    pub related: Vec<Related>,
    /// Facts that explain it, one sentence each.
    pub notes: Vec<String>,
    /// What to do next, one sentence each.
    pub help: Vec<String>,
    /// A fix; null if none is known.
    pub fix: Option<Fix>,
    /// An identifier that stays the same when other parts of the file change.
    pub fingerprint: String,
}

/// The severity of a finding.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The build fails, or a secret is exposed.
    Error,
    /// The build may fail, or may not produce what was intended.
    Warning,
    /// Useful to know.
    Note,
}

/// A part of a file.
#[derive(Serialize, JsonSchema)]
pub struct Place {
    /// The path of the checked file or of a file that it includes, written like `path`.
    pub file: String,
    /// The start.
    pub start: Position,
    /// The end, after the last character.
    pub end: Position,
}

/// A position between two characters.
#[derive(Serialize, JsonSchema)]
pub struct Position {
    /// The byte offset in the text as UTF-8, from 0, without a byte order mark.
    pub offset: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// Another position of a finding.
#[derive(Serialize, JsonSchema)]
pub struct Related {
    /// The position in the file.
    pub place: Place,
    /// The label; may be empty.
    pub label: String,
}

/// A fix for a finding.
#[derive(Serialize, JsonSchema)]
pub struct Fix {
    /// What the fix does, in the imperative.
    pub title: String,
    /// Whether the fix can be applied without a review.
    pub safety: Safety,
    /// The replacements in order of position, without overlaps; null if they contain a
    /// secret, which `--fix` writes but no report shows.
    pub edits: Option<Vec<Edit>>,
}

/// A replacement of a part of a file.
#[derive(Serialize, JsonSchema)]
pub struct Edit {
    /// The replaced part.
    pub place: Place,
    /// The new text.
    pub with: String,
}

/// A check that could not be completed because of the network, a time limit, or facts
/// that only a build shows.
#[derive(Serialize, JsonSchema)]
pub struct Undecided {
    /// The conda platform; null if no single platform is concerned.
    pub platform: Option<String>,
    /// The reasons, one sentence each.
    pub messages: Vec<String>,
}

/// How sure a finding is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It may be meant, or be something else.
    Low,
    /// It is so unless the build does something unusual.
    Medium,
    /// It is so.
    High,
}

/// Whether a fix may be made without a look at it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// The file means the same to conda and pip afterwards, or means what it could
    /// only have been meant to. `--fix` makes it.
    Safe,
    /// What is installed may change.
    Unsafe,
}

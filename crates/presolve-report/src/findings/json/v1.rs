//! Version 1 of the JSON of findings. These types are the schema: their names and
//! comments are in it. No password or token of a URL is in any text.

use schemars::JsonSchema;
use serde::Serialize;

mod from;

/// What is wrong with environment files.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "presolve check, version 1")]
pub struct Report {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// The version of presolve that wrote it.
    pub presolve: &'static str,
    /// The files that were checked, by their paths; then the `presolve.toml` files that
    /// have findings of their own.
    pub files: Vec<File>,
    /// How much there is of everything.
    pub counts: Counts,
}

/// How much there is of everything.
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
    /// Findings that a comment or `presolve.toml` silences; they are not listed.
    pub suppressed: usize,
    /// Findings that `--fix` can mend.
    pub fixable: usize,
    /// Findings that `--fix --unsafe-fixes` can mend besides.
    pub unsafely_fixable: usize,
    /// Findings that were mended in this run; they are not listed.
    pub fixed: usize,
}

/// A file that was checked.
#[derive(Serialize, JsonSchema)]
pub struct File {
    /// Its path, with `/`, from the folder that presolve ran in if it is below that.
    pub path: String,
    /// What is wrong with it, the worst first, then in the order of the text.
    pub findings: Vec<Finding>,
    /// How many findings were silenced.
    pub suppressed: usize,
    /// What could not be found out.
    pub undecided: Vec<Undecided>,
    /// The rules of what was mended in this run.
    pub fixed: Vec<&'static str>,
}

/// Something that is wrong.
#[derive(Serialize, JsonSchema)]
pub struct Finding {
    /// The name of the rule; `presolve rule NAME` says what it means.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// How sure it is.
    pub confidence: Confidence,
    /// What is wrong, one sentence.
    pub message: String,
    /// Where it is.
    pub place: Place,
    /// What is said at the place; may be empty.
    pub label: String,
    /// Other places that it has to do with.
    pub related: Vec<Related>,
    /// Facts that explain it, one sentence each.
    pub notes: Vec<String>,
    /// What to do next, one sentence each.
    pub help: Vec<String>,
    /// What mends it; null if nothing is known to.
    pub fix: Option<Fix>,
    /// By this it is known again when the file changes elsewhere.
    pub fingerprint: String,
}

/// How bad a finding is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The build fails, or a secret is out.
    Error,
    /// The build may fail, or gives something else than was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// A part of a file.
#[derive(Serialize, JsonSchema)]
pub struct Place {
    /// The path of the file, written like that of a checked one, which it is or which
    /// includes it.
    pub file: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends: behind its last character.
    pub end: Position,
}

/// A place between two characters.
#[derive(Serialize, JsonSchema)]
pub struct Position {
    /// In bytes of the file's text as UTF-8, from 0, without a byte order mark.
    pub offset: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// Another place of a finding.
#[derive(Serialize, JsonSchema)]
pub struct Related {
    /// Where it is.
    pub place: Place,
    /// What is said of it; may be empty.
    pub label: String,
}

/// What mends a finding.
#[derive(Serialize, JsonSchema)]
pub struct Fix {
    /// What it does, as an order.
    pub title: String,
    /// Whether it may be made without a look at it.
    pub safety: Safety,
    /// What changes, in the order of the text, without overlaps; null where that holds a
    /// secret of the file, which `--fix` writes and nothing shows.
    pub edits: Option<Vec<Edit>>,
}

/// A part of a file that becomes another text.
#[derive(Serialize, JsonSchema)]
pub struct Edit {
    /// What is replaced.
    pub place: Place,
    /// What stands there afterwards.
    pub with: String,
}

/// Something that could not be found out, because of the network, a time limit or what
/// only a build can tell.
#[derive(Serialize, JsonSchema)]
pub struct Undecided {
    /// The platform, as conda names it; null if it is not about one.
    pub platform: Option<String>,
    /// Why, one sentence each.
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

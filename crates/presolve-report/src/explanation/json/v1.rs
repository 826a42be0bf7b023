//! Version 1 of the JSON of an explanation. These types are the schema: their names and
//! comments are in it. No password or token of a URL is in any text.

use schemars::JsonSchema;
use serde::Serialize;

mod cost;
mod from;

pub use cost::Cost;

/// Why an environment file cannot be solved, and what mends it.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "presolve explain, version 1")]
pub struct Explanation {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// The version of presolve that wrote it.
    pub presolve: &'static str,
    /// The path of the file, as it was given.
    pub file: String,
    /// The platform it is solved for, as conda names it: `linux-64`.
    pub platform: String,
    /// What the machine has, `__glibc=2.28=0`.
    pub virtual_packages: Vec<String>,
    /// The channels, the one of highest priority first.
    pub channels: Vec<String>,
    /// Channel priority mode.
    pub channel_priority: ChannelPriority,
    /// Whether there is a solution. Where that is not known, nothing is written, and
    /// the exit code is 3.
    pub verdict: Verdict,
    /// The requirements of the file. A `line` elsewhere is a place in this list, from 0.
    pub declared: Vec<Line>,
    /// Builds that no channel has, if many lines name such; the conflicts are then those
    /// of the file without these builds. Null if not.
    pub gone_builds: Option<GoneBuilds>,
    /// What cannot hold together, each conflict independent of the others; empty if
    /// there is a solution.
    pub conflicts: Vec<Conflict>,
    /// What mends all conflicts, the least change first. Each was solved with the file
    /// as it would be.
    pub fixes: Vec<Fix>,
    /// How many lines every fix has to change at least; 0 where no fix is known.
    pub least_changes: usize,
    /// What conda's classic solver would need for it; null where it is not known.
    pub cost: Option<Cost>,
    /// What the time limit left out.
    pub left_out: Vec<Omission>,
}

/// Whether there is a solution.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// There is one.
    Solvable,
    /// There is none.
    Unsolvable,
}

/// Channel priority mode.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelPriority {
    /// A package is taken from the first channel that has it.
    Strict,
    /// A package is taken from the first channel that has what is asked for.
    Flexible,
    /// All channels count alike.
    Disabled,
}

/// What the time limit left out.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Omission {
    /// There may be more conflicts, or smaller ones.
    Conflicts,
    /// There may be more fixes.
    Fixes,
    /// What the search would cost is not known.
    Cost,
}

/// Where a package comes from.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum World {
    /// A conda channel.
    Conda,
    /// A package index.
    Pypi,
    /// The machine: a virtual package (CEP-26).
    Virtual,
}

/// A requirement of the file.
#[derive(Serialize, JsonSchema)]
pub struct Line {
    /// As it is written.
    pub text: String,
    /// Which list it is in; never `virtual`.
    pub half: World,
    /// Where it stands; null for a requirement that conda adds by itself.
    pub place: Option<Place>,
}

/// A place in a file.
#[derive(Serialize, JsonSchema)]
pub struct Place {
    /// The path of the file: the environment file, or one that it includes.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column of its first character, from 1, in characters.
    pub column: usize,
    /// Its bytes in the file's text as UTF-8, without a byte order mark.
    pub span: Span,
}

/// Bytes of a text.
#[derive(Serialize, JsonSchema)]
pub struct Span {
    /// The first one, from 0.
    pub start: usize,
    /// The one behind the last.
    pub end: usize,
}

/// Lines that name builds which no channel has.
#[derive(Serialize, JsonSchema)]
pub struct GoneBuilds {
    /// The lines.
    pub lines: Vec<usize>,
    /// The platform for which the channels have these builds, as conda names it; null
    /// where none is known.
    pub found_for: Option<String>,
}

/// Lines that cannot hold together.
#[derive(Serialize, JsonSchema)]
pub struct Conflict {
    /// The lines, as places in `declared`.
    pub lines: Vec<usize>,
    /// Proved: without any one of them the others can be met of the others. False where
    /// the time limit ended the proof.
    pub minimal: bool,
    /// Packages that no channel or index has; if there are any, they are the reason.
    pub missing: Vec<Missing>,
    /// On what the lines clash. There are several where it depends on a choice, such as
    /// the Python; none where no reason was found that is short enough to tell.
    pub cases: Vec<Case>,
}

/// A package that no channel or index has.
#[derive(Serialize, JsonSchema)]
pub struct Missing {
    /// The package.
    pub package: Package,
    /// The line that leads to it.
    pub line: usize,
    /// The line asks for it itself.
    pub direct: bool,
    /// Names like it that there are, and packages of this name in other channels.
    pub nearest: Vec<Nearest>,
}

/// A package that may have been meant.
#[derive(Serialize, JsonSchema)]
pub struct Nearest {
    /// Its name.
    pub name: String,
    /// The channel that has it.
    pub channel: String,
}

/// One reason for a conflict.
#[derive(Serialize, JsonSchema)]
pub struct Case {
    /// The choice for which it is one; null if it is one whatever is chosen.
    pub choice: Option<Left>,
    /// The package nobody agrees on.
    pub disputed: Package,
    /// How the lines get there, at least one for each of them. One that ends at another
    /// package says how a line leaves what a chain is `given`.
    pub chains: Vec<Chain>,
    /// Candidates of the disputed package that may not be taken, the newest first.
    pub ruled_out: Vec<RuledOut>,
    /// What there is instead, one sentence.
    pub nearest: Option<String>,
    /// What else explains it, one sentence each.
    pub notes: Vec<String>,
    /// The same in words, one sentence each, as people are told.
    pub facts: Vec<String>,
}

/// A package or project.
#[derive(Serialize, JsonSchema)]
pub struct Package {
    /// Its normalised name, with the extra where it is about one.
    pub name: String,
    /// Where it comes from.
    pub half: World,
}

/// The way from a line to a package.
#[derive(Serialize, JsonSchema)]
pub struct Chain {
    /// The line.
    pub line: usize,
    /// What it asks for, then what that requires whatever is chosen, down to the package.
    pub links: Vec<Left>,
    /// What is asked of the versions of the last one, where nothing has it; else null.
    pub asked: Option<String>,
    /// What other lines leave, where the way depends on it.
    pub given: Vec<Left>,
}

/// What is left of a package.
#[derive(Serialize, JsonSchema)]
pub struct Left {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// The versions, folded into ranges, like `1.0 to 1.4 or 2.0`; null where nothing is
    /// left.
    pub versions: Option<String>,
    /// How many versions these are.
    pub count: usize,
}

/// Candidates that may not be taken, for one reason.
#[derive(Serialize, JsonSchema)]
pub struct RuledOut {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// Which of its versions, folded into ranges.
    pub versions: String,
    /// How many versions these are.
    pub count: usize,
    /// The kind of the reason.
    pub kind: Reason,
    /// The reason, one sentence.
    pub reason: String,
}

/// The kinds of reasons against a candidate.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its Requires-Python leaves out every Python that the file allows.
    RequiresPython,
    /// None of its wheels is for a Python and ABI that the file allows (PEP 425).
    PythonTag,
    /// None of its wheels is for the platform, and it has no source distribution.
    PlatformTag,
    /// It was yanked (PEP 592).
    Yanked,
    /// It is a pre-release, and nothing asks for one (PEP 440).
    PreRelease,
    /// It is newer than the cut-off.
    TooNew,
    /// Strict channel priority takes the package from another channel.
    ChannelPriority,
    /// A line asks for the package from another channel.
    OtherChannel,
    /// The declared pip cannot install its wheel.
    PipTooOld,
    /// An option or hash of the pip list rules its files out.
    PipOption,
    /// A line of a constraints file rules it out.
    Constraint,
    /// Its metadata or one of its dependencies cannot be read.
    Broken,
    /// It requires something that another requirement leaves nothing of.
    Requirement,
    /// Anything else.
    Other,
}

/// Changes that mend the file.
#[derive(Serialize, JsonSchema)]
pub struct Fix {
    /// The number that `--apply` takes.
    pub number: usize,
    /// What changes, one entry per line, group of lines or channel.
    pub edits: Vec<Edit>,
    /// What the changed lines and those of the conflicts get by it.
    pub gives: Vec<Given>,
    /// What is worth knowing before it is applied, one sentence each.
    pub notes: Vec<String>,
    /// The change of the file, and of the requirements files that it includes, as a
    /// unified diff.
    pub diff: String,
}

/// One change of a fix.
#[derive(Serialize, JsonSchema)]
pub struct Edit {
    /// Of which kind it is.
    pub kind: Change,
    /// The line that changes; null if none does, or several.
    pub line: Option<usize>,
    /// All lines that change.
    pub lines: Vec<usize>,
    /// That line as it is written; null if there is none.
    pub before: Option<String>,
    /// What there is afterwards: a requirement, a channel or, of several lines, their
    /// version; null if the line goes.
    pub with: Option<String>,
    /// Why it goes past the nearest version; null if it does not, or if that is too long
    /// to tell.
    pub skipped: Option<Skipped>,
    /// The change in words.
    pub words: String,
}

/// The nearest version to the one that a line asked for, which does not do.
#[derive(Serialize, JsonSchema)]
pub struct Skipped {
    /// The version.
    pub version: String,
    /// Why not, in a clause.
    pub because: String,
}

/// The kinds of changes, the mildest first.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Requirements lose their builds and keep their versions.
    DropBuilds,
    /// The requirement allows more than before, what it allowed included.
    Relax,
    /// The requirement allows another version.
    Bump,
    /// Requirements of one version get another one, all the same.
    BumpTogether,
    /// The environment gets another Python.
    ChangePython,
    /// The requirement gets the name that was meant.
    Rename,
    /// The requirement moves to the pip list.
    MoveToPip,
    /// The requirement moves to the conda list.
    MoveToConda,
    /// A channel comes in.
    AddChannel,
    /// The requirement goes.
    Drop,
}

/// What a package gets by a fix.
#[derive(Serialize, JsonSchema)]
pub struct Given {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// The version.
    pub version: String,
}

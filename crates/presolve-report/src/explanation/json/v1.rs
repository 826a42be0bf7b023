//! Version 1 of the JSON of an explanation. These types are the schema: their names and
//! comments are in it. No password or token of a URL is in any text.

use schemars::JsonSchema;
use serde::Serialize;

mod cost;
mod from;

pub use cost::Cost;

/// Why an environment file cannot be solved, and how to fix it.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "presolve explain, version 1")]
pub struct Explanation {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// The version of presolve that wrote this report.
    pub presolve: &'static str,
    /// The path of the file as given on the command line.
    pub file: String,
    /// The conda platform that the file is solved for, such as `linux-64`.
    pub platform: String,
    /// The virtual packages of the target, such as `__glibc=2.28=0`.
    pub virtual_packages: Vec<String>,
    /// The channels, highest priority first.
    pub channels: Vec<String>,
    /// Channel priority mode.
    pub channel_priority: ChannelPriority,
    /// Whether there is a solution. If that is unknown, no report is written, and the
    /// exit code is 3.
    pub verdict: Verdict,
    /// The requirements of the file. A `line` elsewhere is an index into this list, from
    /// 0.
    pub declared: Vec<Line>,
    /// Builds that no channel has, if many lines name such builds; `conflicts` then
    /// refers to the file without these builds. Otherwise null.
    pub gone_builds: Option<GoneBuilds>,
    /// The conflicts, independent of each other; empty if there is a solution.
    pub conflicts: Vec<Conflict>,
    /// Changes that fix all conflicts, the smallest first. Each one was verified by
    /// solving the changed file.
    pub fixes: Vec<Fix>,
    /// The minimum number of lines that any fix changes; 0 if no fix is known.
    pub least_changes: usize,
    /// The predicted cost of conda's classic solver; null if unknown.
    pub cost: Option<Cost>,
    /// What was skipped because of the time limit.
    pub left_out: Vec<Omission>,
}

/// Whether there is a solution.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// There is a solution.
    Solvable,
    /// There is no solution.
    Unsolvable,
}

/// Channel priority mode.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelPriority {
    /// Packages come only from the first channel that has them.
    Strict,
    /// Packages come from the first channel that has a matching record.
    Flexible,
    /// The order of channels is ignored.
    Disabled,
}

/// What was skipped because of the time limit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Omission {
    /// There may be more conflicts, or smaller ones.
    Conflicts,
    /// There may be more fixes.
    Fixes,
    /// The cost of the search is unknown.
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
    /// The target machine: a virtual package (CEP 26).
    Virtual,
}

/// A requirement of the file.
#[derive(Serialize, JsonSchema)]
pub struct Line {
    /// The requirement as written.
    pub text: String,
    /// The list that contains the requirement; never `virtual`.
    pub half: World,
    /// The position in the file; null for a requirement that conda adds by itself, and for
    /// the Python of the settings.
    pub place: Option<Place>,
}

/// A position in a file.
#[derive(Serialize, JsonSchema)]
pub struct Place {
    /// The path of the environment file or of a file that it includes.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column of the first character, from 1, in characters.
    pub column: usize,
    /// The byte range in the text as UTF-8, without a byte order mark.
    pub span: Span,
}

/// A byte range of a text.
#[derive(Serialize, JsonSchema)]
pub struct Span {
    /// The first byte, from 0.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// Lines that name builds that no channel has.
#[derive(Serialize, JsonSchema)]
pub struct GoneBuilds {
    /// The indices of the lines in `declared`.
    pub lines: Vec<usize>,
    /// The conda platform for which the channels have these builds; null if unknown.
    pub found_for: Option<String>,
}

/// Lines that cannot be satisfied together.
#[derive(Serialize, JsonSchema)]
pub struct Conflict {
    /// The lines, as indices into `declared`.
    pub lines: Vec<usize>,
    /// Whether the set is proven minimal: without any one of the lines, the rest can be
    /// satisfied. False if the time limit stopped the proof.
    pub minimal: bool,
    /// Packages that no channel or index has. If there are any, they are the reason.
    pub missing: Vec<Missing>,
    /// The reasons for the conflict. There are several if it depends on a choice, such as
    /// the Python version, and none if no reason is short enough to show.
    pub cases: Vec<Case>,
}

/// A package that no channel or index has.
#[derive(Serialize, JsonSchema)]
pub struct Missing {
    /// The package.
    pub package: Package,
    /// The line that leads to the package.
    pub line: usize,
    /// Whether the line itself requires the package.
    pub direct: bool,
    /// Existing packages with similar names, and packages of this name in other channels.
    pub nearest: Vec<Nearest>,
}

/// A package that may be the intended one.
#[derive(Serialize, JsonSchema)]
pub struct Nearest {
    /// The name of the package.
    pub name: String,
    /// The channel that has it.
    pub channel: String,
}

/// One reason for a conflict.
#[derive(Serialize, JsonSchema)]
pub struct Case {
    /// The choice for which this case holds; null if it holds for every choice.
    pub choice: Option<Left>,
    /// The package that the lines disagree on.
    pub disputed: Package,
    /// How each line leads to the disputed package, at least one chain per line. A chain
    /// that ends at another package shows how a line leads to what another chain is
    /// `given`.
    pub chains: Vec<Chain>,
    /// Excluded candidates of the disputed package, newest first.
    pub ruled_out: Vec<RuledOut>,
    /// The nearest available versions or builds, in one sentence.
    pub nearest: Option<String>,
    /// Further facts, one sentence each.
    pub notes: Vec<String>,
    /// The case in words, one sentence each, as in the human-readable report.
    pub facts: Vec<String>,
}

/// A conda package or a PyPI project.
#[derive(Serialize, JsonSchema)]
pub struct Package {
    /// The normalised name, with an extra if the requirement is about one.
    pub name: String,
    /// Whether the package is from conda, from PyPI or virtual.
    pub half: World,
}

/// The chain of requirements from a line to a package.
#[derive(Serialize, JsonSchema)]
pub struct Chain {
    /// The index of the line in `declared`.
    pub line: usize,
    /// What the line requires, then what that always requires, down to the package.
    pub links: Vec<Left>,
    /// The version constraint on the last package if no candidate satisfies it; otherwise
    /// null.
    pub asked: Option<String>,
    /// What other lines leave of the packages that this chain depends on.
    pub given: Vec<Left>,
}

/// The candidates that remain of a package.
#[derive(Serialize, JsonSchema)]
pub struct Left {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// The versions as ranges, such as `1.0 to 1.4 or 2.0`; null if none remain.
    pub versions: Option<String>,
    /// The number of versions.
    pub count: usize,
}

/// Candidates that are excluded for the same reason.
#[derive(Serialize, JsonSchema)]
pub struct RuledOut {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// The excluded versions as ranges.
    pub versions: String,
    /// The number of versions.
    pub count: usize,
    /// The kind of the reason.
    pub kind: Reason,
    /// The reason, one sentence.
    pub reason: String,
}

/// The kinds of reasons that exclude a candidate.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its `Requires-Python` excludes every Python that the file allows.
    RequiresPython,
    /// None of its wheels supports a Python and ABI that the file allows (PEP 425).
    PythonTag,
    /// None of its wheels supports the platform, and it has no source distribution.
    PlatformTag,
    /// It was yanked (PEP 592).
    Yanked,
    /// It is a pre-release, and no requirement asks for one (PEP 440).
    PreRelease,
    /// It is newer than the cut-off date.
    TooNew,
    /// Under strict channel priority, the package comes from another channel.
    ChannelPriority,
    /// A line requires the package from another channel.
    OtherChannel,
    /// The declared pip cannot install its wheel.
    PipTooOld,
    /// An option or hash in the pip list excludes its files.
    PipOption,
    /// A line of a constraints file excludes it.
    Constraint,
    /// Its metadata or one of its dependencies cannot be read.
    Broken,
    /// It requires something that another requirement excludes completely.
    Requirement,
    /// Any other reason.
    Other,
}

/// Changes that fix the file.
#[derive(Serialize, JsonSchema)]
pub struct Fix {
    /// The number to give to `--apply`.
    pub number: usize,
    /// The changes, one per line, group of lines or channel.
    pub edits: Vec<Edit>,
    /// The resulting versions of the changed lines and of the lines in the conflicts.
    pub gives: Vec<Given>,
    /// Facts to know before applying the fix, one sentence each.
    pub notes: Vec<String>,
    /// The changes of the file and of its included requirements files, as a unified diff.
    pub diff: String,
}

/// One change of a fix.
#[derive(Serialize, JsonSchema)]
pub struct Edit {
    /// The kind of the change.
    pub kind: Change,
    /// The changed line; null if no line or several lines change.
    pub line: Option<usize>,
    /// All changed lines.
    pub lines: Vec<usize>,
    /// The changed line as written in the file; null if there is none.
    pub before: Option<String>,
    /// The new requirement or channel or, for several lines, their new version; null if
    /// the line is removed.
    pub with: Option<String>,
    /// Why the nearest version was skipped; null if it was not, or if the reason is too
    /// long to show.
    pub skipped: Option<Skipped>,
    /// The change in words.
    pub words: String,
}

/// The version nearest to the original one, which does not work.
#[derive(Serialize, JsonSchema)]
pub struct Skipped {
    /// The version.
    pub version: String,
    /// Why it does not work, as a clause.
    pub because: String,
}

/// The kinds of changes, mildest first.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Remove the builds of requirements and keep their versions.
    DropBuilds,
    /// Widen the constraint of a requirement.
    Relax,
    /// Change the version of a requirement.
    Bump,
    /// Change several requirements with the same version to another common version.
    BumpTogether,
    /// Change the Python version.
    ChangePython,
    /// Correct the name of a requirement.
    Rename,
    /// Write the options of a pip line on lines of their own.
    OwnLine,
    /// Move a requirement to the pip list.
    MoveToPip,
    /// Move a requirement to the conda dependencies.
    MoveToConda,
    /// Add a channel.
    AddChannel,
    /// Remove a requirement.
    Drop,
}

/// The version of a package after a fix.
#[derive(Serialize, JsonSchema)]
pub struct Given {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// The version.
    pub version: String,
}

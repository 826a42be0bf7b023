//! `explain`: why a file cannot be solved, which smallest changes fix it, and what the search
//! would cost a solver that looks at everything.
//!
//! In: a question that was resolved. Out: an [`Explanation`]. This crate must never know how an
//! explanation is worded or drawn.
//!
//! ```text
//! conflicts   the lines that clash, each conflict apart from the others
//!    ↓
//! fixes       the smallest sets of lines that have to change, and for each the
//!    ↓        mildest changes, every one solved with the changed file
//! cost        what conda's classic solver would have to look at
//! ```

use std::sync::Arc;

use rattler_conda_types::{GenericVirtualPackage, Subdir};

use presolve_registry::conda::{channels::SpecChannel, repodata::MissingName};
use presolve_solve::{Conflict, Declared, Solution, conflict::Half};
use presolve_spec::change::{Change, Rewritten};
use presolve_target::ChannelPriority;
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    source::SourceFile,
};

mod builds;
pub mod cost;
mod fixes;
mod run;
pub mod why;

pub use builds::GoneBuilds;
pub use fixes::{
    family::{Together, first_word},
    search::{Becomes, Proposal, proposals},
};
pub use run::{Extent, Listening, explain, explain_unsolvable, predicted};

/// Everything that is known of a file's answer, as far as time allowed.
pub struct Explanation {
    /// The platform.
    pub subdir: Subdir,
    /// What the target has.
    pub virtual_packages: Vec<GenericVirtualPackage>,
    /// The channels, the one of highest priority first.
    pub channels: Vec<SpecChannel>,
    /// How the order of channels bound.
    pub channel_priority: ChannelPriority,
    /// The file.
    pub file: Arc<SourceFile>,
    /// The declared requirements; lines are named by their places in this list.
    pub declared: Vec<Declared>,
    /// Where each of them stands; none for those that conda adds by itself.
    pub places: Vec<Option<Location>>,
    /// Names of conda lines that no channel has, with the nearest that there are.
    pub missing: Vec<MissingName>,
    /// The answer, if there is one.
    pub solution: Option<Box<Solution>>,
    /// Builds that no channel has, if many lines name such; the conflicts are then those
    /// of the file without these builds.
    pub gone_builds: Option<GoneBuilds>,
    /// What cannot hold together, if there is no answer: each conflict is one of the
    /// lines that are left when those of the others are taken out.
    pub conflicts: Vec<Conflict>,
    /// What mends all conflicts, the least change first.
    pub fixes: Vec<Fix>,
    /// How many lines every fix has to change at least.
    pub least_changes: usize,
    /// What conda's classic solver would need for it.
    pub cost: Option<cost::Cost>,
    /// What the time limit left out.
    pub left_out: Vec<LeftOut>,
    /// What was noticed on the way.
    pub notices: Vec<Diagnostic>,
}

/// What the time limit left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// There may be more conflicts, or smaller ones.
    Conflicts,
    /// There may be more fixes.
    Fixes,
    /// What the search would cost is not known.
    Cost,
}

/// Changes that mend a file. The changed file was solved.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What changes, one entry per declared line or channel.
    pub edits: Vec<Edit>,
    /// What the changed lines and those of the conflicts get by it.
    pub gives: Vec<Given>,
    /// The file as it would be.
    pub text: String,
    /// The requirements files that change with it.
    pub included: Vec<Rewritten>,
    /// What is worth knowing before it is applied, one sentence each.
    pub notes: Vec<String>,
}

/// One change of a fix.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Of which kind it is.
    pub kind: EditKind,
    /// The places of the declared lines that change, several if they change alike; none
    /// for a channel.
    pub lines: Vec<usize>,
    /// What there is afterwards: the requirement, the channel or, of several lines, their
    /// version; none if something goes.
    pub with: Option<String>,
    /// The changes of the file.
    pub changes: Vec<Change>,
    /// Why it goes past the nearest version, if it does.
    pub skipped: Option<Skipped>,
}

/// The nearest version to the one that a line asked for, which does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The version.
    pub version: String,
    /// Why not, in a clause: "it needs python (conda) 3.7 to 3.10".
    pub because: String,
}

/// The kinds of changes, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditKind {
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Where it comes from.
    pub half: Half,
}

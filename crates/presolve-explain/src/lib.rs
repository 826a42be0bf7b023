//! `explain`: why a file cannot be solved, which minimal changes fix it, and what the search
//! would cost conda's classic solver.
//!
//! In: a question with its result. Out: an [`Explanation`]; [`words`] has the sentences for
//! what the solver says of a conflict. This crate must never know how an explanation is
//! rendered.
//!
//! ```text
//! conflicts   the conflicting lines, each conflict separately
//!    ↓
//! fixes       the smallest sets of lines that have to change, and for each set the
//!    ↓        mildest changes, each one verified by solving the changed file
//! cost        the records that conda's classic solver would have to consider
//! ```

use std::sync::Arc;

use rattler_conda_types::{GenericVirtualPackage, Subdir};

use presolve_registry::conda::{channels::SpecChannel, repodata::MissingName};
use presolve_resolve::ResolveError;
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
pub mod outdated;
mod run;
pub mod why;
pub mod words;

pub use builds::GoneBuilds;
pub use fixes::{
    family::{FamilyMove, first_word},
    search::{ChangedLine, Proposal, proposals},
};
pub use run::{ExplainObserver, Extent, explain, explain_unsolvable, predicted};

/// All results for a file that were found within the time limit.
pub struct Explanation {
    /// The platform.
    pub subdir: Subdir,
    /// The virtual packages of the target.
    pub virtual_packages: Vec<GenericVirtualPackage>,
    /// The channels, highest priority first.
    pub channels: Vec<SpecChannel>,
    /// The channel priority mode that was used.
    pub channel_priority: ChannelPriority,
    /// The environment file.
    pub file: Arc<SourceFile>,
    /// The declared requirements; lines are referred to by their index in this list.
    pub declared: Vec<Declared>,
    /// The position of each requirement in its file; `None` for those that conda adds by
    /// itself, and for the Python of the settings.
    pub places: Vec<Option<Location>>,
    /// Names of conda lines that no channel has, with the nearest existing names.
    pub missing: Vec<MissingName>,
    /// The solution, if there is one.
    pub solution: Option<Box<Solution>>,
    /// Builds that no channel has, if many lines name such builds. The conflicts are then
    /// those of the file without these builds.
    pub gone_builds: Option<GoneBuilds>,
    /// The conflicts, if there is no solution. Each one is independent of the others.
    pub conflicts: Vec<Conflict>,
    /// The fixes for all conflicts, smallest change first.
    pub fixes: Vec<Fix>,
    /// The minimum number of lines that any fix changes.
    pub least_changes: usize,
    /// The predicted cost of conda's classic solver.
    pub cost: Option<cost::Cost>,
    /// The results that are missing or incomplete because of the time limit.
    pub left_out: Vec<LeftOut>,
    /// The errors because of which other results are missing.
    pub errors: Vec<ResolveError>,
    /// Notices collected during the run.
    pub notices: Vec<Diagnostic>,
}

/// A result that is missing or incomplete because of the time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// There may be more conflicts, or smaller ones.
    Conflicts,
    /// There may be more fixes.
    Fixes,
    /// The cost of the search is unknown.
    Cost,
}

/// Changes that fix a file, verified by solving the changed file.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// The changes, one per declared line or channel.
    pub edits: Vec<Edit>,
    /// The resulting versions of the changed lines and of the lines in the conflicts.
    pub gives: Vec<ResultingVersion>,
    /// The text of the changed file.
    pub text: String,
    /// The requirements files that change with it.
    pub included: Vec<Rewritten>,
    /// Facts to know before applying the fix, one sentence each.
    pub notes: Vec<String>,
}

/// One change of a fix.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The kind of the change.
    pub kind: EditKind,
    /// The indices of the declared lines that change, several if they change alike; empty for
    /// a channel.
    pub lines: Vec<usize>,
    /// The new requirement or channel or, for several lines, their new version; `None` for a
    /// removal.
    pub with: Option<String>,
    /// The changes of the file.
    pub changes: Vec<Change>,
    /// Why the nearest version was skipped, if it was.
    pub skipped: Option<Skipped>,
}

/// The version nearest to the original one, which does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The version.
    pub version: String,
    /// Why it does not work, as a clause: "it needs python (conda) 3.7 to 3.10".
    pub because: String,
}

/// The kinds of changes, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditKind {
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
    /// Write the options of a pip line, which pip ignores there, on lines of their own.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultingVersion {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Whether it is from conda, from PyPI or virtual.
    pub half: Half,
}

//! The predicted cost of conda's classic solver for a file, and changes that reduce it.
//!
//! The classic solver is the default of conda before 23.10, and `--solver classic`
//! afterwards. It runs a sequence of objectives, each as a series of SAT calls over all
//! records that the declared lines reach. Each call bounds a sum with a decision diagram,
//! which grows with the number of records times the bound: that is what explodes. After UNSAT
//! it searches the unpruned dependency graph for conflicts (`conda/resolve.py`).
//!
//! All of this is deterministic, except for the solutions that the SAT solver returns, so
//! [`predict`] repeats it in counts (`replay` has the phases in their order), and multiplies
//! the counts by constants that are fitted to measured runs (`model`). The values of the
//! objectives are those of conda's optimum, for which a small SAT solver searches from
//! presolve's solution (`optimum`). The cost after a remedy is predicted in the same way for
//! the changed file.

pub use presolve_config::check::Limits;
use std::time::Instant;

use rattler_conda_types::{GenericVirtualPackage, MatchSpec, PackageName, RepoDataRecord};
use serde::Serialize;

use presolve_packages::conda::{Origin, SubdirRecords};
pub use presolve_solve::{Declared, DeclaredKind, RecordSpec};
use presolve_target::ChannelPriority;
use presolve_text::secrets;

mod bound;
mod clauses;
mod conflicts;
mod index;
mod model;
mod objectives;
mod optimum;
mod reduction;
mod remedies;
mod replay;
mod sat;
mod search;
mod space;

use index::{Index, RecordId};
pub use model::{Counts, Features, Phase, PhaseCost, Prediction, Verdict};
pub use objectives::{Aim, Criterion, Scope};
use reduction::AllowedRecords;
pub use remedies::{Remedy, SpecChange};
pub use search::Pass;
use space::{FileVariant, Survey, survey};

/// The input of the prediction.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The records, the channel of highest priority first. For an unsolvable spec they must be
    /// loaded by name, because conda then searches records of every version.
    pub subdirs: &'a [SubdirRecords],
    /// The origin of each item of `subdirs`.
    pub origins: &'a [Origin],
    /// The bytes of the repodata of all channels and subdirs, which conda reads whole.
    pub channel_bytes: u64,
    /// Channel priority mode.
    pub channel_priority: ChannelPriority,
    /// The virtual packages of the target.
    pub virtual_packages: &'a [GenericVirtualPackage],
    /// The declared requirements. Only conda lines without a condition count, because pip runs
    /// after the solve.
    pub declared: &'a [Declared],
    /// The conda part of presolve's solution, from which the search for conda's begins; `None`
    /// if the conda lines have no solution.
    pub solution: Option<&'a [RepoDataRecord]>,
}

/// The predicted cost of classic conda, its causes, and changes that reduce it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// The conda lines in file order.
    pub lines: Vec<LineCost>,
    /// The records that all lines reach together.
    pub space: Space,
    /// Channel priority mode.
    pub channel_priority: ChannelPriority,
    /// Whether the conda lines have a solution.
    pub satisfiable: bool,
    /// The figures that the prediction is computed from.
    pub features: Features,
    /// What the prediction is computed from.
    pub counts: Counts,
    /// Time and memory.
    pub prediction: Prediction,
    /// The phases in conda's order, with their share of the prediction.
    pub phases: Vec<PhaseCost>,
    /// What conda minimises, in its order; empty if there is no solution.
    pub passes: Vec<Pass>,
    /// The limits that the verdict is based on.
    pub limits: Limits,
    /// Changes that reduce the cost, largest effect first. None are tried if the verdict
    /// is [`Verdict::Fine`].
    pub remedies: Vec<Remedy>,
    /// Whether every remedy was tried before the time limit.
    pub complete: bool,
}

/// A declared line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LineCost {
    /// The index among the declared requirements.
    pub declared: usize,
    /// The line as the user wrote it, without credentials.
    pub text: String,
    /// The records that the line reaches.
    #[serde(flatten)]
    pub reach: LineReach,
    /// What the line contributes to the most expensive objective; `None` if there is none, or
    /// if it contributes nothing.
    pub contributes: Option<Contribution>,
}

/// The records of an objective to which a line leads.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Contribution {
    /// The number of records.
    pub records: usize,
    /// The number of names of these records.
    pub names: usize,
}

/// The records that a line reaches after conda has pruned the index for all lines.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LineReach {
    /// The number of records that still satisfy the line.
    pub matching: usize,
    /// The number of records reachable from the line, including its own.
    pub records: usize,
    /// The number of names of these records.
    pub names: usize,
}

/// The records that all lines reach together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Space {
    /// The number of records.
    pub records: usize,
    /// The number of names of these records.
    pub names: usize,
    /// The number of distinct versions, summed over the names.
    pub versions: usize,
    /// The number of dependencies, except on virtual packages.
    pub edges: usize,
    /// The minor versions of python that remain possible, oldest first.
    pub pythons: Vec<String>,
    /// The names that are in several channels.
    pub overlap: Overlap,
}

/// Names that are in several channels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overlap {
    /// The number of names.
    pub names: usize,
    /// The number of records outside the first channel that has the name.
    pub added_records: usize,
    /// Some of these names, those with the most added records first.
    pub largest: Vec<OverlappingName>,
}

/// A name that is in several channels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverlappingName {
    /// The name.
    pub name: String,
    /// The number of channels that have it.
    pub channels: usize,
    /// The number of records outside the first channel that has it.
    pub added_records: usize,
}

/// Predicts what classic conda would cost, and tries remedies until `deadline`.
pub fn predict(question: &Question<'_>, limits: Limits, deadline: Option<Instant>) -> Cost {
    let index = Index::new(question);
    let declared: Vec<(usize, &Declared, AllowedRecords)> = lines(&index, question.declared);
    let reading = FileVariant {
        lines: declared.iter().map(|(_, _, line)| line.clone()).collect(),
        strict: question.channel_priority == ChannelPriority::Strict,
        solution: question.solution.map(|solution| ids(&index, solution)),
    };
    let Survey {
        measured,
        space,
        lines: reached,
        contributions,
    } = survey(&index, &reading);
    let prediction = model::predict(&measured.replay, &limits);
    let counts = Counts::of(&measured.replay);
    let mut cost = Cost {
        lines: (declared.iter().zip(reached).zip(contributions))
            .map(|(((place, line, _), reach), contributes)| LineCost {
                declared: *place,
                text: secrets::redact(&line.text),
                reach,
                contributes,
            })
            .collect(),
        space,
        channel_priority: question.channel_priority,
        satisfiable: question.solution.is_some(),
        features: measured.features,
        phases: model::phases(&counts, question.solution.is_some()),
        counts,
        passes: measured.replay.passes().to_vec(),
        prediction,
        limits,
        remedies: Vec::new(),
        complete: true,
    };
    remedies::try_all(&index, &reading, &mut cost, deadline);
    cost
}

/// Returns the spec and the name of a line without a condition.
fn unconditional(line: &Declared) -> Option<(&MatchSpec, &PackageName)> {
    match &line.kind {
        DeclaredKind::Conda(spec) if spec.condition.is_none() => {
            Some((spec, spec.name.as_exact()?))
        }
        _ => None,
    }
}

fn lines<'d>(
    index: &Index<'_>,
    declared: &'d [Declared],
) -> Vec<(usize, &'d Declared, AllowedRecords)> {
    let counted = declared.iter().enumerate().filter_map(|(place, line)| {
        let (spec, name) = unconditional(line)?;
        if name.as_normalized().starts_with("__") {
            return None;
        }
        let name = index.name(name.as_normalized())?;
        let of_channel = |&id: &RecordId| {
            let channel = index.record(id).record.channel.as_ref();
            line.channels.is_empty() || channel.is_some_and(|name| line.channels.contains(name))
        };
        let group = index.group(name);
        let allowed: Vec<RecordId> = match RecordSpec::new(spec.clone().into_nameless().1) {
            Ok(spec) => index.matching(group, &spec).filter(of_channel).collect(),
            Err(_) => group.iter().copied().filter(of_channel).collect(),
        };
        let strictness = strictness(spec);
        let allowed = AllowedRecords {
            name,
            allowed,
            strictness,
        };
        Some((place, line, allowed))
    });
    counted.collect()
}

/// Returns how much a line restricts (`MatchSpec.strictness` of conda).
fn strictness(spec: &MatchSpec) -> u8 {
    let others = spec.build.is_some()
        || spec.build_number.is_some()
        || spec.channel.is_some()
        || spec.subdir.is_some()
        || spec.url.is_some();
    match (others, &spec.version) {
        (true, _) => 3,
        (false, Some(_)) => 2,
        (false, None) => 1,
    }
}

/// Returns the ids of a solution's records in the index.
fn ids(index: &Index<'_>, solution: &[RepoDataRecord]) -> Vec<RecordId> {
    let found = solution.iter().filter_map(|record| {
        let name = index.name(record.package_record.name.as_normalized())?;
        let mut group = index.group(name).iter().copied();
        group.find(|&id| index.record(id).record.url == record.url)
    });
    found.collect()
}

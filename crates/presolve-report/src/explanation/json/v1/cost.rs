//! What conda's classic solver would need, in version 1 of the JSON.

use schemars::JsonSchema;
use serde::Serialize;

use presolve_explain::cost;
use presolve_terminal::foreign::shown;
use presolve_words::cost::{change, verdict};

/// The predicted cost of solving the conda lines with conda's classic solver.
#[derive(Serialize, JsonSchema)]
pub struct Cost {
    /// The verdict in a sentence.
    pub words: String,
    /// The predicted time and memory.
    pub prediction: Prediction,
    /// The phases of conda's run in order, with their shares of the prediction.
    pub phases: Vec<PhaseCost>,
    /// What conda minimises, in its order; empty if there is no solution.
    pub objectives: Vec<Objective>,
    /// The limits that the verdict is based on.
    pub limits: Limits,
    /// Whether the conda lines have a solution.
    pub satisfiable: bool,
    /// The conda lines in file order, each with its reachable records.
    pub lines: Vec<LineReach>,
    /// The records that all lines reach together.
    pub space: Space,
    /// The number of steps from the best record of each package to the solution; null if
    /// there is no solution.
    pub distance: Option<usize>,
    /// The number of records, of any version, of all packages that the lines lead to,
    /// after channel priority.
    pub unpruned: usize,
    /// Changes that reduce the cost, largest effect first.
    pub remedies: Vec<Remedy>,
    /// Whether every remedy was tried. False if the time limit was reached.
    pub complete: bool,
}

/// Predicted time and memory.
#[derive(Serialize, JsonSchema)]
pub struct Prediction {
    /// The CPU time of the whole command without downloads, in seconds.
    pub cpu_seconds: f64,
    /// Two thirds of all runs take between `cpu_seconds` divided and multiplied by this
    /// factor.
    pub cpu_factor: f64,
    /// The peak resident set size, in megabytes (10⁶ bytes).
    pub peak_mb: f64,
    /// Like `cpu_factor`, for `peak_mb`.
    pub memory_factor: f64,
    /// Whether counting stopped at a ceiling, so that the run needs more than this.
    pub is_more: bool,
    /// The verdict on the build.
    pub verdict: Verdict,
}

/// The predicted cost of a phase.
#[derive(Serialize, JsonSchema)]
pub struct PhaseCost {
    /// The phase.
    pub phase: Phase,
    /// CPU seconds.
    pub seconds: f64,
    /// The megabytes that it adds to the peak resident set.
    pub mb: f64,
}

/// The phases of a run of conda's classic solver.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Reading the channels.
    Load,
    /// Pruning the index.
    Reduce,
    /// Making clauses of records.
    Clauses,
    /// Minimising the objectives.
    Minimise,
    /// Searching for the reasons of a conflict.
    Conflicts,
}

/// An objective of conda's classic solver.
#[derive(Serialize, JsonSchema)]
pub struct Objective {
    /// The packages whose records are counted.
    pub scope: Scope,
    /// What is counted of them.
    pub criterion: Criterion,
    /// The number of records with a coefficient.
    pub records: u64,
    /// The value of the solution that is best for conda.
    pub distance: u64,
    /// The number of SAT calls.
    pub calls: u64,
    /// The number of nodes of all decision diagrams.
    pub nodes: u64,
}

/// The packages of an objective.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The packages that the lines name.
    Requested,
    /// All other packages.
    Others,
    /// All packages.
    All,
}

/// What an objective counts.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// Steps from the best channel.
    Channel,
    /// Steps from the newest version.
    Version,
    /// Steps from the highest build number.
    BuildNumber,
    /// Whether the record is `noarch`.
    Architecture,
    /// Steps from the newest build.
    Timestamp,
    /// The packages themselves.
    Packages,
}

/// The meaning of a prediction for a build.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Less than a minute.
    Fine,
    /// A minute or longer, but within the limit.
    Slow,
    /// Longer than the time limit.
    TimesOut,
    /// More memory than available.
    RunsOutOfMemory,
}

/// The limits of a build.
#[derive(Serialize, JsonSchema)]
pub struct Limits {
    /// Time in seconds.
    pub seconds: f64,
    /// Memory in megabytes (10⁶ bytes); null means no limit.
    pub memory_mb: Option<f64>,
}

/// The records that a line reaches after conda has pruned the index for all lines.
#[derive(Serialize, JsonSchema)]
pub struct LineReach {
    /// The index of the line in `declared`.
    pub line: usize,
    /// The number of records that still satisfy the line.
    pub matching: usize,
    /// The number of records reachable from the line, including its own.
    pub records: usize,
    /// The number of packages of these records.
    pub packages: usize,
    /// What the line contributes to the objective with the most nodes; null if nothing.
    pub contributes: Option<Contribution>,
}

/// The records of an objective to which a line leads.
#[derive(Serialize, JsonSchema)]
pub struct Contribution {
    /// The number of records.
    pub records: usize,
    /// The number of packages of these records.
    pub packages: usize,
}

/// The records that all lines reach together.
#[derive(Serialize, JsonSchema)]
pub struct Space {
    /// The number of records.
    pub records: usize,
    /// The number of packages of these records.
    pub packages: usize,
    /// The number of distinct versions, summed over the packages.
    pub versions: usize,
    /// The number of their dependencies, except on virtual packages.
    pub edges: usize,
    /// The reachable minor versions of python, oldest first.
    pub pythons: Vec<String>,
    /// The packages that several channels have.
    pub overlap: Overlap,
}

/// Packages that several channels have.
#[derive(Serialize, JsonSchema)]
pub struct Overlap {
    /// The number of packages.
    pub packages: usize,
    /// The number of records outside the first channel that has the package.
    pub added_records: usize,
    /// Some of these packages, those with the most added records first.
    pub largest: Vec<OverlappingPackage>,
}

/// A package that several channels have.
#[derive(Serialize, JsonSchema)]
pub struct OverlappingPackage {
    /// The name of the package.
    pub name: String,
    /// The number of channels that have it.
    pub channels: usize,
    /// The number of records outside the first channel that has it.
    pub added_records: usize,
}

/// A change of the file or the settings, with the cost after it.
#[derive(Serialize, JsonSchema)]
pub struct Remedy {
    /// The kind of the change.
    pub kind: RemedyKind,
    /// The changed line; null if no line changes.
    pub line: Option<usize>,
    /// The new text of the line; null if there is none.
    pub to: Option<String>,
    /// The change in words.
    pub words: String,
    /// The cost after the change; for `split-line`, of the remaining file.
    pub prediction: Prediction,
    /// For `split-line`, the cost of the separate environment; otherwise null.
    pub alone: Option<Prediction>,
    /// Whether presolve's solution remains valid. If not, it is unknown whether there is
    /// a solution.
    pub keeps_solution: bool,
}

/// The kinds of remedies.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyKind {
    /// Pin the whole solution in the file, as `presolve pin` does.
    PinFile,
    /// Allow one minor version of python.
    PinPython,
    /// Pin a line to its resolved version.
    PinLine,
    /// Remove a line whose package is also required by others.
    DropLine,
    /// Use strict channel priority.
    StrictPriority,
    /// Move a line to a separate environment.
    SplitLine,
}

impl From<&cost::Cost> for Cost {
    fn from(cost: &cost::Cost) -> Self {
        Self {
            words: shown(&verdict(cost)),
            prediction: (&cost.prediction).into(),
            phases: cost.phases.iter().map(PhaseCost::from).collect(),
            objectives: cost.passes.iter().map(Objective::from).collect(),
            limits: Limits {
                seconds: cost.limits.seconds,
                memory_mb: cost.limits.memory_mb,
            },
            satisfiable: cost.satisfiable,
            lines: cost.lines.iter().map(LineReach::from).collect(),
            space: (&cost.space).into(),
            distance: cost.features.distance,
            unpruned: cost.features.unpruned,
            remedies: cost
                .remedies
                .iter()
                .map(|remedy| Remedy::new(cost, remedy))
                .collect(),
            complete: cost.complete,
        }
    }
}

impl From<&cost::LineCost> for LineReach {
    fn from(line: &cost::LineCost) -> Self {
        Self {
            line: line.declared,
            matching: line.reach.matching,
            records: line.reach.records,
            packages: line.reach.names,
            contributes: line.contributes.map(|contribution| Contribution {
                records: contribution.records,
                packages: contribution.names,
            }),
        }
    }
}

impl From<&cost::PhaseCost> for PhaseCost {
    fn from(cost: &cost::PhaseCost) -> Self {
        Self {
            phase: match cost.phase {
                cost::Phase::Load => Phase::Load,
                cost::Phase::Reduce => Phase::Reduce,
                cost::Phase::Clauses => Phase::Clauses,
                cost::Phase::Minimise => Phase::Minimise,
                cost::Phase::Conflicts => Phase::Conflicts,
            },
            seconds: rounded(cost.seconds),
            mb: rounded(cost.mb),
        }
    }
}

impl From<&cost::Pass> for Objective {
    fn from(pass: &cost::Pass) -> Self {
        let (scope, criterion) = match pass.aim {
            cost::Aim::Packages => (Scope::Others, Criterion::Packages),
            cost::Aim::Steps(scope, criterion) => (scope.into(), criterion.into()),
        };
        Self {
            scope,
            criterion,
            records: pass.terms,
            distance: pass.distance,
            calls: pass.calls,
            nodes: pass.nodes,
        }
    }
}

impl From<cost::Scope> for Scope {
    fn from(scope: cost::Scope) -> Self {
        match scope {
            cost::Scope::Requested => Scope::Requested,
            cost::Scope::Others => Scope::Others,
            cost::Scope::All => Scope::All,
        }
    }
}

impl From<cost::Criterion> for Criterion {
    fn from(criterion: cost::Criterion) -> Self {
        match criterion {
            cost::Criterion::Channel => Criterion::Channel,
            cost::Criterion::Version => Criterion::Version,
            cost::Criterion::BuildNumber => Criterion::BuildNumber,
            cost::Criterion::Architecture => Criterion::Architecture,
            cost::Criterion::Timestamp => Criterion::Timestamp,
        }
    }
}

impl From<&cost::Space> for Space {
    fn from(space: &cost::Space) -> Self {
        let largest = space.overlap.largest.iter();
        Self {
            records: space.records,
            packages: space.names,
            versions: space.versions,
            edges: space.edges,
            pythons: space.pythons.clone(),
            overlap: Overlap {
                packages: space.overlap.names,
                added_records: space.overlap.added_records,
                largest: largest
                    .map(|name| OverlappingPackage {
                        name: name.name.clone(),
                        channels: name.channels,
                        added_records: name.added_records,
                    })
                    .collect(),
            },
        }
    }
}

impl From<&cost::Prediction> for Prediction {
    fn from(prediction: &cost::Prediction) -> Self {
        Self {
            cpu_seconds: rounded(prediction.cpu_seconds),
            cpu_factor: rounded(prediction.cpu_factor),
            peak_mb: rounded(prediction.peak_mb),
            memory_factor: rounded(prediction.memory_factor),
            is_more: prediction.is_more,
            verdict: match prediction.verdict {
                cost::Verdict::Fine => Verdict::Fine,
                cost::Verdict::Slow => Verdict::Slow,
                cost::Verdict::TimesOut => Verdict::TimesOut,
                cost::Verdict::RunsOutOfMemory => Verdict::RunsOutOfMemory,
            },
        }
    }
}

/// To three digits, which is more than a prediction has.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

impl Remedy {
    fn new(cost: &cost::Cost, remedy: &cost::Remedy) -> Self {
        use cost::SpecChange;
        let (kind, line, to, alone) = match &remedy.change {
            SpecChange::PinFile => (RemedyKind::PinFile, None, None, None),
            SpecChange::PinPython { line, to } => (RemedyKind::PinPython, *line, Some(to), None),
            SpecChange::PinLine { line, to } => (RemedyKind::PinLine, Some(*line), Some(to), None),
            SpecChange::DropLine { line, .. } => (RemedyKind::DropLine, Some(*line), None, None),
            SpecChange::StrictPriority { .. } => (RemedyKind::StrictPriority, None, None, None),
            SpecChange::SplitLine { line, alone } => {
                (RemedyKind::SplitLine, Some(*line), None, Some(alone))
            }
        };
        Self {
            kind,
            line,
            to: to.map(|to| shown(to)),
            words: shown(&change(cost, &remedy.change)),
            prediction: (&remedy.prediction).into(),
            alone: alone.map(Prediction::from),
            keeps_solution: remedy.keeps_solution,
        }
    }
}

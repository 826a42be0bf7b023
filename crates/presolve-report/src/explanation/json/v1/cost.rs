//! What conda's classic solver would need, in version 1 of the JSON.

use schemars::JsonSchema;
use serde::Serialize;

use presolve_explain::cost;
use presolve_terminal::foreign::shown;
use presolve_words::cost::{change, verdict};

/// What conda's classic solver would need for the conda lines, as predicted.
#[derive(Serialize, JsonSchema)]
pub struct Cost {
    /// The verdict in a sentence.
    pub words: String,
    /// Time and memory.
    pub prediction: Prediction,
    /// What the verdict is held against.
    pub limits: Limits,
    /// Whether the conda lines have a solution.
    pub satisfiable: bool,
    /// The conda lines in file order, with what each reaches.
    pub lines: Vec<LineReach>,
    /// What all of them reach together.
    pub space: Space,
    /// The steps by which the solution misses the best record of each package; null if
    /// there is no solution.
    pub distance: Option<usize>,
    /// The records of every package that the lines lead to, whatever the versions, as
    /// far as channel priority leaves them.
    pub unpruned: usize,
    /// What makes it cheaper, in order of effect.
    pub remedies: Vec<Remedy>,
    /// Every remedy was tried; otherwise the time for it ran out.
    pub complete: bool,
}

/// Predicted time and memory.
#[derive(Serialize, JsonSchema)]
pub struct Prediction {
    /// CPU seconds of the whole command without downloads.
    pub cpu_seconds: f64,
    /// Two thirds of all runs are within the time divided and multiplied by this.
    pub cpu_factor: f64,
    /// The largest resident set, in megabytes (10⁶ bytes).
    pub peak_mb: f64,
    /// As `cpu_factor`, for the memory.
    pub memory_factor: f64,
    /// What this means for the build.
    pub verdict: Verdict,
}

/// What a prediction means for a build.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Less than a minute.
    Fine,
    /// A minute or longer, and in time.
    Slow,
    /// It does not end within the limit.
    TimesOut,
    /// It needs more memory than there is.
    RunsOutOfMemory,
}

/// What a build may take.
#[derive(Serialize, JsonSchema)]
pub struct Limits {
    /// Seconds.
    pub seconds: f64,
    /// Megabytes (10⁶ bytes); null: whatever it takes.
    pub memory_mb: Option<f64>,
}

/// What a line reaches after conda's pruning for all of the lines.
#[derive(Serialize, JsonSchema)]
pub struct LineReach {
    /// The line.
    pub line: usize,
    /// The records that the line itself can still be met by.
    pub matching: usize,
    /// The records reachable from it, its own included.
    pub records: usize,
    /// The packages that these belong to.
    pub packages: usize,
}

/// What all lines reach together.
#[derive(Serialize, JsonSchema)]
pub struct Space {
    /// Records.
    pub records: usize,
    /// The packages that these belong to.
    pub packages: usize,
    /// Their versions, of each package.
    pub versions: usize,
    /// Their dependencies, those on virtual packages left out.
    pub edges: usize,
    /// The minor versions of python that stay open, the oldest first.
    pub pythons: Vec<String>,
    /// The packages that several channels carry.
    pub overlap: Overlap,
}

/// Packages that several channels carry.
#[derive(Serialize, JsonSchema)]
pub struct Overlap {
    /// How many.
    pub packages: usize,
    /// The records of other channels than the first that has the package.
    pub added_records: usize,
    /// Some of them, those with the most added records first.
    pub largest: Vec<OverlappingPackage>,
}

/// A package that several channels carry.
#[derive(Serialize, JsonSchema)]
pub struct OverlappingPackage {
    /// Its name.
    pub name: String,
    /// In how many channels it is.
    pub channels: usize,
    /// The records of other channels than the first that has it.
    pub added_records: usize,
}

/// A change of the file or the settings, and what the file costs then.
#[derive(Serialize, JsonSchema)]
pub struct Remedy {
    /// Of which kind it is.
    pub kind: RemedyKind,
    /// The line that changes; null if none does.
    pub line: Option<usize>,
    /// What to write for it; null if nothing is.
    pub to: Option<String>,
    /// The change in words.
    pub words: String,
    /// What it costs then; with `split-line`, what is left of it.
    pub prediction: Prediction,
    /// With `split-line`, what the environment of that line costs; otherwise null.
    pub alone: Option<Prediction>,
    /// What presolve resolves the file to remains a solution. Otherwise whether there is
    /// one is not known.
    pub keeps_solution: bool,
}

/// The kinds of remedies.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyKind {
    /// Write the whole solution into the file, as `presolve pin` does.
    PinFile,
    /// Allow one minor version of python.
    PinPython,
    /// Pin a line to the version that it resolves to.
    PinLine,
    /// Drop a line, because others bring the package anyway.
    DropLine,
    /// Take each package from the first channel that has it.
    StrictPriority,
    /// Move a line into an environment of its own.
    SplitLine,
}

impl From<&cost::Cost> for Cost {
    fn from(cost: &cost::Cost) -> Self {
        Self {
            words: shown(&verdict(cost)),
            prediction: (&cost.prediction).into(),
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
        use cost::Change;
        let (kind, line, to, alone) = match &remedy.change {
            Change::PinFile => (RemedyKind::PinFile, None, None, None),
            Change::PinPython { line, to } => (RemedyKind::PinPython, *line, Some(to), None),
            Change::PinLine { line, to } => (RemedyKind::PinLine, Some(*line), Some(to), None),
            Change::DropLine { line, .. } => (RemedyKind::DropLine, Some(*line), None, None),
            Change::StrictPriority { .. } => (RemedyKind::StrictPriority, None, None, None),
            Change::SplitLine { line, alone } => {
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

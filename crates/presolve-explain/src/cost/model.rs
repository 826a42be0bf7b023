//! The model that turns counts into seconds and megabytes.
//!
//! Each phase costs a constant for each thing that is counted (`replay`). The constants
//! are fitted, phase by phase, to measured runs of conda 26.7.1 (`--solver classic`,
//! pycosat 0.6.6, Python 3.11) by `benches/fit_cost.py`, which prints them and judges the
//! model; `benches/README.md` has the figures. A call costs as much as its clauses, and where
//! versions conflict, the search within the calls adds up to ten times as much
//! (`Counts::searched`).
//!
//! The figures are not a measurement on the build machine. The comparison of files and remedies
//! with each other is more reliable than the seconds.

use serde::Serialize;

use super::{Limits, replay::Replay};

/// The figures that describe a file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Features {
    /// The records that all lines reach after conda's pruning.
    pub records: usize,
    /// The number of names of these records.
    pub names: usize,
    /// The number of steps from the best record of each name to the solution, as conda's
    /// objectives count them; `None` if there is no solution.
    pub distance: Option<usize>,
    /// The number of records of every name that the lines may require, regardless of version.
    pub loaded: usize,
    /// The number of these records that channel priority keeps.
    pub unpruned: usize,
    /// The number of lines.
    pub lines: usize,
}

/// What the prediction is computed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    /// The bytes of the repodata of all channels.
    pub bytes: u64,
    /// The records that conda makes of it.
    pub loaded: u64,
    /// The records and dependencies that the reduction looks at, and those that the search for
    /// conflicts looks at again for each line alone.
    pub visits: u64,
    /// The clauses that are made of records, all times together.
    pub clauses: u64,
    /// The clauses of the largest problem that is made of records.
    pub largest_problem: u64,
    /// The nodes of all decision diagrams.
    pub nodes: u64,
    /// The clauses of all SAT calls together.
    pub sat_clauses: u64,
    /// The clauses of the SAT calls once the versions are bounded, times the conflicts that
    /// presolve's own solver needs to bound the builds.
    pub searched: u64,
    /// The clauses of the largest call.
    pub largest_call: u64,
    /// The dependencies that the search for conflicts walks.
    pub walked: u64,
    /// The comparisons in the search for conflicts.
    pub compared: u64,
}

impl Counts {
    pub(super) fn of(replay: &Replay) -> Self {
        let mut counts = Self {
            bytes: replay.bytes,
            loaded: replay.loaded,
            visits: replay.visits,
            clauses: 3 * replay.problem.clauses,
            largest_problem: replay.problem.clauses,
            ..Self::default()
        };
        if let Some(search) = &replay.search {
            let nodes = search.passes.iter().map(|pass| pass.nodes);
            counts.nodes = nodes.fold(0, u64::saturating_add);
            counts.sat_clauses = search.clauses;
            counts.largest_call = search.largest;
            counts.searched = search.searched;
        }
        if let Some((all, conflicts)) = &replay.conflicts {
            counts.clauses += 2 * all.clauses;
            counts.largest_problem = counts.largest_problem.max(all.clauses);
            counts.largest_call = counts.largest_problem;
            // For each line, twice, whether it is part of the conflict.
            counts.sat_clauses = 2 * replay.lines * all.clauses;
            counts.visits += conflicts.visits;
            counts.walked = conflicts.walked;
            counts.compared = conflicts.compared;
        }
        counts
    }
}

/// A phase of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

/// The cost of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PhaseCost {
    /// The phase.
    pub phase: Phase,
    /// CPU seconds.
    pub seconds: f64,
    /// The megabytes that it adds to the resident set.
    pub mb: f64,
}

/// Predicted time and memory.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// CPU seconds of the whole command without downloads.
    pub cpu_seconds: f64,
    /// The spread: two thirds of all runs are within the prediction divided and multiplied by
    /// it.
    pub cpu_factor: f64,
    /// The largest resident set, in megabytes.
    pub peak_mb: f64,
    /// Like `cpu_factor`, for the memory.
    pub memory_factor: f64,
    /// Whether counting stopped at a ceiling, so that both are more than predicted.
    pub is_more: bool,
    /// The verdict on the build.
    pub verdict: Verdict,
}

/// The meaning of a prediction for a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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

/// Below this many seconds a solve is [`Verdict::Fine`].
const SLOW: f64 = 60.0;

/// The cost of each thing that is counted: seconds and bytes. conda builds the nodes of a
/// diagram in Python. Then their clauses count like all others.
struct Rates {
    start: f64,
    byte: f64,
    loaded: f64,
    visit: f64,
    clause: f64,
    node: f64,
    sat_clause: f64,
    searched: f64,
    walked: f64,
    compared: f64,
    start_mb: f64,
    bytes_of_byte: f64,
    bytes_of_record: f64,
    bytes_of_problem: f64,
    bytes_of_call: f64,
}

/// Fitted by `benches/fit_cost.py`.
const RATES: Rates = Rates {
    start: 0.257,
    byte: 1.54e-07,
    loaded: 3.22e-04,
    visit: 2.22e-05,
    clause: 2.82e-05,
    node: 9.71e-07,
    sat_clause: 1.22e-06,
    searched: 1.56e-09,
    walked: 1.15e-05,
    compared: 5.38e-07,
    start_mb: 35.3,
    bytes_of_byte: 5.02,
    bytes_of_record: 2020.0,
    bytes_of_problem: 404.0,
    bytes_of_call: 292.0,
};

/// The root mean square of the cross-validated errors of the logarithm.
struct Spread {
    seconds: f64,
    mb: f64,
}

const SATISFIABLE: Spread = Spread {
    seconds: 0.25,
    mb: 0.16,
};

const UNSATISFIABLE: Spread = Spread {
    seconds: 0.30,
    mb: 0.09,
};

/// Returns the cost of each phase, in conda's order.
pub(super) fn phases(counts: &Counts, satisfiable: bool) -> Vec<PhaseCost> {
    let of = |count: u64, rate: f64| count as f64 * rate;
    let cost = |phase, seconds, bytes: f64| PhaseCost {
        phase,
        seconds,
        mb: bytes / 1e6,
    };
    let load = cost(
        Phase::Load,
        RATES.start + of(counts.bytes, RATES.byte) + of(counts.loaded, RATES.loaded),
        RATES.start_mb * 1e6
            + of(counts.bytes, RATES.bytes_of_byte)
            + of(counts.loaded, RATES.bytes_of_record),
    );
    let problem = of(counts.largest_problem, RATES.bytes_of_problem);
    let calls = of(counts.sat_clauses, RATES.sat_clause);
    let last = if satisfiable {
        let own = counts.largest_call.saturating_sub(counts.largest_problem);
        let seconds = calls + of(counts.nodes, RATES.node) + of(counts.searched, RATES.searched);
        cost(Phase::Minimise, seconds, of(own, RATES.bytes_of_call))
    } else {
        let seconds = of(counts.walked, RATES.walked) + of(counts.compared, RATES.compared);
        cost(Phase::Conflicts, seconds + calls, 0.0)
    };
    vec![
        load,
        cost(Phase::Reduce, of(counts.visits, RATES.visit), 0.0),
        cost(Phase::Clauses, of(counts.clauses, RATES.clause), problem),
        last,
    ]
}

/// Predicts time, memory and verdict for these counts.
pub(super) fn predict(replay: &Replay, limits: &Limits) -> Prediction {
    let satisfiable = replay.search.is_some();
    let phases = phases(&Counts::of(replay), satisfiable);
    let cpu_seconds = phases.iter().map(|phase| phase.seconds).sum();
    let peak_mb = phases.iter().map(|phase| phase.mb).sum();
    let spread = if satisfiable {
        SATISFIABLE
    } else {
        UNSATISFIABLE
    };
    Prediction {
        cpu_seconds,
        cpu_factor: spread.seconds.exp(),
        peak_mb,
        memory_factor: spread.mb.exp(),
        is_more: replay.passes().iter().any(|pass| pass.is_more),
        verdict: Verdict::of(cpu_seconds, peak_mb, limits),
    }
}

impl Verdict {
    /// Returns the verdict on a run of these seconds and megabytes. A run that exceeds both
    /// limits runs out of memory, because it is killed long before the time limit.
    pub fn of(seconds: f64, peak_mb: f64, limits: &Limits) -> Self {
        if limits.memory_mb.is_some_and(|limit| peak_mb >= limit) {
            Verdict::RunsOutOfMemory
        } else if seconds >= limits.seconds {
            Verdict::TimesOut
        } else if seconds >= SLOW {
            Verdict::Slow
        } else {
            Verdict::Fine
        }
    }
}

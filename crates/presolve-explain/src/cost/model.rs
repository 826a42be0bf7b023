//! The model that turns counts into seconds and megabytes.
//!
//! conda loads its index, then searches for a solution or for the reasons why there is none.
//! Each of these follows a power law, that is, a straight line between logarithms.
//! `benches/fit_cost.py` fits them by ridge regression, with non-negative exponents, to 26
//! runs of conda 26.7.1 (`--solver classic`) on a tenth of conda-forge and on other channels.
//! Runs that were killed count as lower bounds. The script prints the constants below.
//!
//! If each run is predicted by a fit to the others, the rank correlation is 0.94 for the time
//! and 0.92 for the memory. At limits of 100, 200 and 400 seconds and of 1, 4 and 8 GB, 82 %
//! of the verdicts are right: 91 % of the fine runs, 75 % of the slow ones, 88 % of those that
//! timed out, and 64 % of those that ran out of memory. The error of the time is a factor of
//! 1.6 with a solution and 1.25 without; that of the memory is 2.1 and 1.2. Runs that explode
//! are predicted too low rather than too high: two that were killed at 14 GB are predicted at
//! half of that.
//!
//! The figures are not a measurement on the build machine. They do not apply to other versions
//! of conda, nor to channels of ten times the size, where all counts exceed those in the fit.
//! The comparison of files and remedies with each other is more reliable than the seconds.

use serde::Serialize;

use super::Limits;

/// The figures that the prediction is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Features {
    /// The records that all lines reach after conda's pruning.
    pub records: usize,
    /// The number of names of these records.
    pub names: usize,
    /// The number of steps from the best record of each name to the solution, as conda's
    /// objectives count them; `None` if there is no solution.
    pub distance: Option<usize>,
    /// The number of records of every name that the lines may require, regardless of version,
    /// as an estimate of what conda loads. Only records known to presolve count.
    pub loaded: usize,
    /// The number of these records that channel priority keeps.
    pub unpruned: usize,
    /// The number of lines.
    pub lines: usize,
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

/// `exp(intercept) · Π (1 + feature)^exponent`
struct PowerLaw<const N: usize> {
    intercept: f64,
    exponents: [f64; N],
}

/// The seconds for loading, from the number of loaded records.
const LOADING_SECONDS: PowerLaw<1> = PowerLaw {
    intercept: -5.28,
    exponents: [0.80],
};

/// The seconds for the search, from the reachable records, their names and the distance.
const SEARCH_SECONDS: PowerLaw<3> = PowerLaw {
    intercept: -5.87,
    exponents: [0.74, 0.54, 0.16],
};

/// The seconds for the search for conflicts, from the unpruned records and the lines.
const CONFLICT_SECONDS: PowerLaw<2> = PowerLaw {
    intercept: -9.57,
    exponents: [1.37, 0.46],
};

/// The megabytes for loading, from the number of loaded records. The search for conflicts
/// needs little memory.
const LOADING_MB: PowerLaw<1> = PowerLaw {
    intercept: -0.87,
    exponents: [0.70],
};

/// The megabytes for the search, from the reachable records, their names and the distance.
const SEARCH_MB: PowerLaw<3> = PowerLaw {
    intercept: -2.14,
    exponents: [0.50, 0.49, 0.47],
};

/// The root mean square of the cross-validated errors of the logarithm.
struct Spread {
    seconds: f64,
    mb: f64,
}

const SATISFIABLE: Spread = Spread {
    seconds: 0.45,
    mb: 0.76,
};

const UNSATISFIABLE: Spread = Spread {
    seconds: 0.22,
    mb: 0.15,
};

impl<const N: usize> PowerLaw<N> {
    fn of(&self, features: [usize; N]) -> f64 {
        let terms = self.exponents.iter().zip(features);
        let sum: f64 = terms
            .map(|(exponent, feature)| exponent * (feature as f64).ln_1p())
            .sum();
        (self.intercept + sum).exp()
    }
}

/// Predicts time, memory and verdict for these counts.
pub(super) fn predict(features: &Features, limits: &Limits) -> Prediction {
    let loaded = [features.loaded];
    let (seconds, mb, spread) = match features.distance {
        Some(distance) => {
            let search = [features.records, features.names, distance];
            (SEARCH_SECONDS.of(search), SEARCH_MB.of(search), SATISFIABLE)
        }
        None => {
            let conflicts = [features.unpruned, features.lines];
            (CONFLICT_SECONDS.of(conflicts), 0.0, UNSATISFIABLE)
        }
    };
    let cpu_seconds = LOADING_SECONDS.of(loaded) + seconds;
    let peak_mb = LOADING_MB.of(loaded) + mb;
    Prediction {
        cpu_seconds,
        cpu_factor: spread.seconds.exp(),
        peak_mb,
        memory_factor: spread.mb.exp(),
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

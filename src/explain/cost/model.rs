//! From counts to seconds and megabytes: power laws, that is, straight lines between
//! logarithms.
//!
//! One pair for specs with a solution and one for those without, since conda does
//! different work for them. `benches/fit_cost.py` fits them by ridge regression with
//! exponents that must not be negative, to runs of conda 26.7.1 (`--solver classic`)
//! on a tenth of conda-forge and other channels; runs that were killed count as lower
//! bounds. It prints the constants below, and how well each run is predicted by a fit
//! to all the others. What the figures are not: a measurement on the machine of the
//! build, nor on channels of ten times the size.

use serde::Serialize;

use super::Limits;

/// What the prediction is made from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Features {
    /// The records that all lines reach after conda's pruning.
    pub records: usize,
    /// The steps by which the solution misses the best record of each name, as conda's
    /// objectives count them; none if there is no solution.
    pub distance: Option<usize>,
    /// The records of every name that the lines lead to, whatever the versions.
    pub unpruned: usize,
    /// The lines themselves.
    pub lines: usize,
}

/// Predicted time and memory.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// CPU seconds of the whole command without downloads.
    pub cpu_seconds: f64,
    /// Two thirds of all runs are within the prediction divided and multiplied by this.
    pub cpu_factor: f64,
    /// The largest resident set, in megabytes.
    pub peak_mb: f64,
    /// As for the time.
    pub memory_factor: f64,
    /// What this means for the build.
    pub verdict: Verdict,
}

/// What a prediction means for a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nobody will notice.
    Fine,
    /// It ends in time, and takes a minute or longer.
    Slow,
    /// It does not end within the limit.
    TimesOut,
    /// It needs more memory than there is.
    RunsOutOfMemory,
}

/// Below this many seconds a solve is [`Verdict::Fine`].
const SLOW: f64 = 60.0;

/// `exp(intercept) · Π (1 + feature)^exponent`
struct PowerLaw<const N: usize> {
    intercept: f64,
    exponents: [f64; N],
    /// The root mean square of the cross-validated errors of the logarithm.
    error: f64,
}

/// Of the reachable records and the distance.
const SATISFIABLE_SECONDS: PowerLaw<2> = PowerLaw {
    intercept: -4.34,
    exponents: [0.90, 0.26],
    error: 0.45,
};

/// Of the reachable records and the distance.
const SATISFIABLE_MB: PowerLaw<2> = PowerLaw {
    intercept: -0.36,
    exponents: [0.69, 0.44],
    error: 0.79,
};

/// Of the unpruned records and the lines.
const UNSATISFIABLE_SECONDS: PowerLaw<2> = PowerLaw {
    intercept: -8.58,
    exponents: [1.29, 0.39],
    error: 0.23,
};

/// Of the unpruned records.
const UNSATISFIABLE_MB: PowerLaw<1> = PowerLaw {
    intercept: -0.93,
    exponents: [0.71],
    error: 0.16,
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

/// Time and memory for these counts, and the verdict.
pub(super) fn predict(features: &Features, limits: &Limits) -> Prediction {
    let (cpu_seconds, peak_mb, cpu_error, memory_error) = match features.distance {
        Some(distance) => {
            let features = [features.records, distance];
            let (seconds, mb) = (&SATISFIABLE_SECONDS, &SATISFIABLE_MB);
            (
                seconds.of(features),
                mb.of(features),
                seconds.error,
                mb.error,
            )
        }
        None => {
            let (seconds, mb) = (&UNSATISFIABLE_SECONDS, &UNSATISFIABLE_MB);
            let cpu_seconds = seconds.of([features.unpruned, features.lines]);
            (
                cpu_seconds,
                mb.of([features.unpruned]),
                seconds.error,
                mb.error,
            )
        }
    };
    Prediction {
        cpu_seconds,
        cpu_factor: cpu_error.exp(),
        peak_mb,
        memory_factor: memory_error.exp(),
        verdict: Verdict::of(cpu_seconds, peak_mb, limits),
    }
}

impl Verdict {
    /// The verdict on a run of these seconds and megabytes. One that exceeds both
    /// limits runs out of memory: it is killed long before the time is over.
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

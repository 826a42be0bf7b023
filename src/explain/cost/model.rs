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
    /// The same of each line, summed up.
    pub summed_reach: usize,
    /// The steps by which the solution misses the best record of each name, as conda's
    /// objectives count them; none if there is no solution.
    pub distance: Option<usize>,
    /// The records of every name that the lines lead to, whatever the versions.
    pub unpruned: usize,
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

/// Of the records, the summed reach and the distance.
const SATISFIABLE_SECONDS: PowerLaw<3> = PowerLaw {
    intercept: -5.25,
    exponents: [0.61, 0.35, 0.25],
    error: 0.39,
};

/// Of the records, the summed reach and the distance.
const SATISFIABLE_MB: PowerLaw<3> = PowerLaw {
    intercept: -0.54,
    exponents: [0.0, 0.63, 0.42],
    error: 0.66,
};

/// Of the unpruned records.
const UNSATISFIABLE_SECONDS: PowerLaw<1> = PowerLaw {
    intercept: -9.10,
    exponents: [1.46],
    error: 0.26,
};

/// Of the unpruned records.
const UNSATISFIABLE_MB: PowerLaw<1> = PowerLaw {
    intercept: -1.63,
    exponents: [0.78],
    error: 0.22,
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
            let features = [features.records, features.summed_reach, distance];
            let (seconds, mb) = (&SATISFIABLE_SECONDS, &SATISFIABLE_MB);
            let errors = (seconds.error, mb.error);
            (seconds.of(features), mb.of(features), errors.0, errors.1)
        }
        None => {
            let features = [features.unpruned];
            let (seconds, mb) = (&UNSATISFIABLE_SECONDS, &UNSATISFIABLE_MB);
            let errors = (seconds.error, mb.error);
            (seconds.of(features), mb.of(features), errors.0, errors.1)
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

//! The assumptions of an encoding.

use std::collections::{BTreeSet, HashSet};

use pep440_rs::Version;
use pep508_rs::PackageName;
use tracing::{debug, trace};

use crate::model::ratings::Sources;

/// The assumptions of an encoding. A candidate that they exclude is in no solution.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// Whether the pip half is encoded.
    pub pip_half: bool,
    /// The source distributions that count as installable.
    pub sources: Sources,
    /// Whether a PyPI release may replace a conda package, as pip would do.
    pub overwrite: bool,
    /// Projects that the conda half provides anyway. conda's candidate is tried first.
    pub conda_first: HashSet<PackageName>,
    /// Conda packages that no conda line required in a rejected solution.
    pub unfounded: Vec<UnfoundedSet>,
    /// Projects whose pre-releases count (PEP 440): a requirement names one, or the project
    /// has nothing else.
    pub prereleases: HashSet<PackageName>,
    /// Yanked releases that a requirement names by `==` (PEP 592).
    pub yanked: HashSet<(PackageName, Version)>,
    /// Whether conda records that the declared lines exclude are left out. This is faster, but
    /// the solver decides in another order than rattler's, all lines must be kept, and a
    /// conflict cannot be explained. So it is only for whether there is a solution.
    pub closed: bool,
    /// Whether the declared lines on python are encoded as normal lines. Otherwise the pythons
    /// that they exclude are left out of the problem. This is faster, but hides which line is
    /// at fault.
    pub open_python: bool,
    /// Like `open_python`, for the declared lines on pip.
    pub open_pip: bool,
    /// Like `open_python`, for the lines with a `channel::`: each excludes other channels only
    /// as long as the line itself is kept.
    pub open_channels: bool,
    /// The only pythons allowed: the one of a solution found with the files of another python,
    /// or the best ones for the declared projects. `None` for all.
    pub pythons: Option<BTreeSet<Version>>,
    /// The only pip allowed: the one of a solution found with the files of another pip.
    pub pip: Option<Version>,
}

impl Rules {
    /// The rules for both halves that exclude the most.
    pub(crate) fn strict(conda_first: HashSet<PackageName>) -> Self {
        Self {
            pip_half: true,
            conda_first,
            ..Self::default()
        }
    }

    /// The rules for both halves under which every source distribution counts and pip may
    /// overwrite conda packages.
    pub(crate) fn lenient(conda_first: HashSet<PackageName>) -> Self {
        Self {
            sources: Sources::Unknown,
            overwrite: true,
            ..Self::strict(conda_first)
        }
    }

    /// Logs an attempt under these rules, with the number of packages that were chosen.
    pub(crate) fn log_attempt(&self, chosen: Option<usize>) {
        debug!(
            pip_half = self.pip_half,
            sources = ?self.sources,
            overwrite = self.overwrite,
            conda_first = self.conda_first.len(),
            pythons = ?self.pythons,
            chosen,
            "attempt"
        );
        trace!(rules = ?self, "attempt");
    }
}

/// Conda packages that nothing in the conda half requires. Answer set programming calls this
/// an unfounded set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnfoundedSet {
    pub names: BTreeSet<String>,
    /// Whether they are allowed together with a package that depends on one of them;
    /// otherwise they are excluded.
    pub with_support: bool,
}

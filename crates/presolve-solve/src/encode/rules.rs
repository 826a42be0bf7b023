//! What an encoding takes for granted.

use std::collections::{BTreeSet, HashSet};

use pep440_rs::Version;
use pep508_rs::PackageName;
use tracing::{debug, trace};

/// What an encoding takes for granted; what it leaves out, no solution has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// The pip half takes part.
    pub pip_half: bool,
    /// Which source distributions count.
    pub sources: Sources,
    /// A PyPI release may replace what a conda package provides, as pip would do.
    pub overwrite: bool,
    /// Projects that the conda half provides anyway: conda's is tried first.
    pub conda_first: HashSet<PackageName>,
    /// Conda packages that came in for no reason, in a solution that was refused for it.
    pub unfounded: Vec<UnfoundedSet>,
    /// Projects whose pre-releases count (PEP 440): a requirement names one, or there
    /// is nothing else.
    pub prereleases: HashSet<PackageName>,
    /// Yanked releases that a requirement names by `==` (PEP 592).
    pub yanked: HashSet<(PackageName, Version)>,
    /// The declared lines on python are lines like the others. Otherwise what they
    /// exclude is left out of the problem beforehand: that is faster, and says less about
    /// whose fault it is.
    pub open_python: bool,
    /// Like `open_python`, for the declared lines on pip.
    pub open_pip: bool,
    /// The same for what a `channel::` excludes: it rules it out as long as its line
    /// stays.
    pub open_channels: bool,
    /// The only pythons: the one of a solution that was found with the files of
    /// another, or those that the declared projects are best served with.
    pub pythons: Option<BTreeSet<Version>>,
    /// The only pip: the one of a solution that was found with the files of another.
    pub pip: Option<Version>,
}

impl Rules {
    /// The rules of both halves that leave out the most.
    pub(crate) fn strict(conda_first: HashSet<PackageName>) -> Self {
        Self {
            pip_half: true,
            conda_first,
            ..Self::default()
        }
    }

    /// The rules of both halves under which every source distribution counts and pip may
    /// overwrite what conda installed.
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

/// Conda packages that came in though nothing of the conda half led to them: in terms of
/// answer set programming, an unfounded set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnfoundedSet {
    pub names: BTreeSet<String>,
    /// Whether they are allowed together with a package that depends on one of them;
    /// otherwise they are excluded.
    pub with_support: bool,
}

/// Which source distributions count as installable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sources {
    /// Those of releases that have no wheel for any python that the environment file
    /// allows: an open python goes where the wheels are.
    #[default]
    WhereNoWheel,
    /// All source distributions with known metadata.
    Known,
    /// All source distributions; those with unknown metadata count as having no
    /// requirements.
    Unknown,
}

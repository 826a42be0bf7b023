//! The assumptions of one attempt at a problem.

use std::collections::{BTreeSet, HashSet};

use pep440_rs::Version;
use pep508_rs::PackageName;

/// The assumptions of one attempt at a problem. A strict reading is tried first; facts
/// about the pip half are learnt from each attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// The pip half takes part.
    pub pip_half: bool,
    /// Which source distributions count.
    pub sources: Sources,
    /// A PyPI release may replace what a conda package provides, as pip would do.
    pub overwrite: bool,
    /// Projects that the conda half provides anyway: conda's is tried first.
    pub conda_first: HashSet<PackageName>,
    /// Sets of conda packages that only asked for each other, or that only the
    /// pip half asked for, in a solution that was refused for it.
    pub unasked: Vec<Unasked>,
    /// Projects whose pre-releases count (PEP 440): asked for by name, or there
    /// is nothing else.
    pub prereleases: HashSet<PackageName>,
    /// Projects whose pre-releases and yanked releases nothing in a solution asked for:
    /// they do not count whatever is checked.
    pub steady: HashSet<PackageName>,
    /// Yanked releases that are asked for by `==` (PEP 592).
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

/// Conda packages that came in though nothing of the conda half led to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unasked {
    pub names: BTreeSet<String>,
    /// Whether they are allowed together with a package that depends on one of them;
    /// otherwise they are excluded.
    pub by_others: bool,
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

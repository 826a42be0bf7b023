//! The reasons for which there is no solution: the declared lines that conflict, the package
//! that they disagree on, and the chain from each line to that package.

mod cases;
pub(crate) mod core;
mod demands;
pub(crate) mod folded;
mod names;
mod nearest;
mod newer;

pub(super) use self::core::{explain, of_unmet_lines};
pub use crate::model::reason::{Need, Needs, Reason, ReasonKind};
pub use nearest::{Nearest, required_virtual};
pub use newer::{Newer, newer};

use presolve_packages::pypi::pip_abilities::PipAbility;

/// Declared lines that cannot be satisfied together.
#[derive(Clone, Debug, Default)]
pub struct Conflict {
    /// The indices of the lines, earliest first. Without any one of them the others have a
    /// solution, unless the deadline stopped the search for the smallest set.
    pub lines: Vec<usize>,
    /// Whether the set is proven minimal.
    pub minimal: bool,
    /// Required packages that no channel or index has.
    pub missing: Vec<Missing>,
    /// The reasons. There are several if they depend on a choice, such as the Python
    /// version, and none if no reason is short enough to show.
    pub cases: Vec<Case>,
}

impl Conflict {
    /// Replaces the line indices of a subset by those of the full list, `places`.
    pub(crate) fn renumber(&mut self, places: &[usize]) {
        for line in &mut self.lines {
            *line = places[*line];
        }
        for missing in &mut self.missing {
            missing.declared = places[missing.declared];
        }
        for chain in self.cases.iter_mut().flat_map(|case| &mut case.chains) {
            chain.line = places[chain.line];
        }
    }
}

/// A required package that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The name of the package or project.
    pub name: String,
    /// Whether it is required as a conda package, not as a PyPI project.
    pub conda: bool,
    /// The index of the declared line that leads to it.
    pub declared: usize,
}

impl Missing {
    /// Returns the missing package with the half that it belongs to.
    pub fn package(&self) -> Package {
        let half = match (self.name.starts_with("__"), self.conda) {
            (true, _) => Half::Virtual,
            (false, true) => Half::Conda,
            (false, false) => Half::Pypi,
        };
        Package {
            name: self.name.clone(),
            half,
        }
    }
}

/// One reason for a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The choice for which the case holds; `None` if it holds for every choice.
    pub choice: Option<Left>,
    /// The package that the lines disagree on.
    pub disputed: Package,
    /// The chains from the lines to that package, at least one for each line.
    pub chains: Vec<Chain>,
    /// Excluded candidates at the end of a chain, newest first.
    pub ruled_out: Vec<RuledOut>,
    /// The nearest available versions or builds.
    pub nearest: Option<Nearest>,
    /// Further facts.
    pub notes: Vec<Note>,
}

/// A further fact about a conflict over pip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// None of the allowed pips runs on an allowed Python.
    PipDoesNotRun {
        /// The allowed pips.
        pips: Versions,
        /// What pip needs to run there.
        ability: PipAbility,
    },
    /// pip installs this line, so it has to run.
    InstalledByPip {
        /// The line as the user wrote it.
        line: String,
    },
    /// A wheel needs a newer pip.
    WheelNeedsPip {
        /// The file name of the wheel.
        wheel: String,
        /// What pip needs for it.
        ability: PipAbility,
    },
    /// The metadata of a distribution needs another pip.
    MetadataNeedsPip {
        /// The file name of the distribution.
        file: String,
        /// What pip needs for it.
        ability: PipAbility,
    },
}

/// The chain of requirements from a declared line to a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The index of the line among the declared requirements.
    pub line: usize,
    /// What the line requires, then what that requires for every choice, down to the disputed
    /// package; each with its remaining candidates.
    pub links: Vec<Left>,
    /// The version constraint on the last package, if no candidate satisfies it.
    pub asked: Option<String>,
    /// The candidates that other lines leave of the packages that the chain depends on.
    pub given: Vec<Left>,
}

impl Chain {
    /// Returns the package at its end, with what is left of it.
    pub fn end(&self) -> &Left {
        self.links.last().expect("a chain has a package at its end")
    }

    /// Whether it ends at a package.
    pub fn leads_to(&self, package: &Package) -> bool {
        self.end().package == *package
    }
}

/// The remaining candidates of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The package.
    pub package: Package,
    /// The remaining versions, folded into ranges, like `1.0 to 1.4 or 2.0`; `None` if no
    /// candidate remains.
    pub versions: Option<Versions>,
}

/// Versions, folded into ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Like `1.0 to 1.4 or 2.0`.
    pub ranges: String,
    /// Whether `ranges` lists all ranges, not only the first and the last version.
    pub is_whole: bool,
    /// The number of versions.
    pub count: usize,
    /// All versions, oldest first.
    pub all: Vec<String>,
}

/// A package or project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// The normalised name, with the extra if the conflict is about one.
    pub name: String,
    /// Whether it is from conda, from PyPI or virtual.
    pub half: Half,
}

/// The origin of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    /// A package of a conda channel.
    Conda,
    /// A project of a package index.
    Pypi,
    /// A virtual package of the target machine (CEP 26).
    Virtual,
}

/// Candidates that are excluded for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuledOut {
    /// The package.
    pub package: Package,
    /// The excluded versions.
    pub versions: Versions,
    /// The reason.
    pub reason: Reason,
}

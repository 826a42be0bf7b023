//! Why there is no solution: the declared lines that cannot hold together, the
//! package that they do not agree on, and how each of them gets there.

use std::fmt;

mod cases;
mod core;
mod corrections;
mod demands;
mod folded;
mod nearest;
mod newer;
mod reason;
mod wording;

pub(super) use self::core::explain;
pub use corrections::Corrections;
pub use newer::{Newer, newer};
pub(crate) use reason::Reasons;
pub use reason::{Reason, ReasonKind};

/// Declared lines that cannot hold together.
#[derive(Clone, Debug, Default)]
pub struct Conflict {
    /// The places of the lines, the earliest first. Without any one of them there
    /// is a solution of the others, unless the deadline ended the search for the
    /// smallest set.
    pub lines: Vec<usize>,
    /// The set is known to be minimal.
    pub minimal: bool,
    /// Packages that are asked for and that no channel or index has.
    pub missing: Vec<Missing>,
    /// On what they clash. There are several where it depends on a choice, such as
    /// the Python, and none where no reason was found that is short enough to tell.
    pub cases: Vec<Case>,
}

impl Conflict {
    /// Names its lines by their places in a list of which they were a part.
    pub(super) fn renumber(&mut self, places: &[usize]) {
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

/// A package that is asked for and that nothing has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The name.
    pub name: String,
    /// It is asked for as a conda package, not as a PyPI project.
    pub conda: bool,
    /// The place of the declared line that leads to it.
    pub declared: usize,
}

impl Missing {
    /// The package that is asked for.
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
    /// The choice for which it is one; none if it is one whatever is chosen.
    pub choice: Option<Left>,
    /// The package nobody agrees on.
    pub disputed: Package,
    /// How the lines get there, at least one for each of them.
    pub chains: Vec<Chain>,
    /// Candidates at the end of a chain that may not be taken, the newest first.
    pub ruled_out: Vec<RuledOut>,
    /// What there is instead.
    pub nearest: Option<String>,
    /// What else explains it, one sentence each.
    pub notes: Vec<String>,
}

/// The way from a declared line to a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The place of the line.
    pub line: usize,
    /// What the line asks for, then what that requires whatever is chosen, down to
    /// the package; each with what is left of it.
    pub links: Vec<Left>,
    /// What is asked of the versions of the last one, where nothing has it.
    pub asked: Option<String>,
    /// What other lines leave, where the way depends on it.
    pub given: Vec<Left>,
}

/// What is left of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The package.
    pub package: Package,
    /// The versions, folded into ranges, like `1.0 to 1.4 or 2.0`; none where
    /// nothing is left.
    pub versions: Option<Versions>,
}

/// Versions, folded into ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Like `1.0 to 1.4 or 2.0`.
    pub ranges: String,
    /// The ranges are all told, and not only the first and the last version.
    pub is_whole: bool,
    /// How many versions these are.
    pub count: usize,
    /// Each of them, the oldest first.
    pub all: Vec<String>,
}

/// A package or project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its normalised name, with the extra where it is about one.
    pub name: String,
    /// Where it comes from.
    pub half: Half,
}

/// One of the two worlds, or the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// A package of a conda channel.
    Conda,
    /// A project of a package index.
    Pypi,
    /// A virtual package (CEP-26): what the machine has.
    Virtual,
}

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Half::Conda => "conda",
            Half::Pypi => "PyPI",
            Half::Virtual => "the machine",
        })
    }
}

/// Candidates that may not be taken, for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuledOut {
    /// The package.
    pub package: Package,
    /// Which of its versions.
    pub versions: Versions,
    /// Why.
    pub reason: Reason,
}

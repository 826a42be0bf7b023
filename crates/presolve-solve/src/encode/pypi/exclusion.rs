//! Why a candidate of a project is excluded.

use crate::model::reason::{Reason, ReasonKind};
use presolve_packages::pypi::pip_abilities::PipAbility;

/// The exclusion of a candidate of a project. Other rules may lift the first two kinds.
#[derive(Clone, Debug)]
pub(crate) enum Exclusion {
    Prerelease,
    Yanked(String),
    /// A wheel fits, but none of the allowed pips accepts it.
    Pip(String, PipAbility),
    Other(Reason),
}

impl Exclusion {
    /// Returns the exclusion as a sentence for messages.
    pub(super) fn reason(&self) -> Reason {
        let kind = match self {
            Exclusion::Prerelease => ReasonKind::PreRelease,
            Exclusion::Yanked(_) => ReasonKind::Yanked,
            Exclusion::Pip(..) => ReasonKind::PipTooOld,
            Exclusion::Other(reason) => reason.kind,
        };
        kind.because(self.to_string())
    }
}

impl From<Reason> for Exclusion {
    fn from(reason: Reason) -> Self {
        Self::Other(reason)
    }
}

impl std::fmt::Display for Exclusion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Exclusion::Prerelease => {
                write!(f, "it is a pre-release, and no requirement asks for one")
            }
            Exclusion::Yanked(reason) if reason.is_empty() => write!(f, "it was yanked"),
            Exclusion::Yanked(reason) => write!(f, "it was yanked: {reason}"),
            Exclusion::Pip(wheel, ability) => {
                write!(f, "its wheel {wheel} needs pip {}", ability.versions())
            }
            Exclusion::Other(reason) => write!(f, "{}", reason.text),
        }
    }
}

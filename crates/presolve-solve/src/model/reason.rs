//! Why a candidate is excluded.

use std::{cmp::Ordering, fmt};

use pep508_rs::PackageName;
use rattler_conda_types::Subdir;

use super::error::{RequirementError, SpecError};
use crate::conflict::{Left, Package};
use presolve_packages::pypi::pip_abilities::PipAbility;

/// Why a candidate is excluded.
///
/// Reports list the reasons that concern the same version in this order: by kind, then
/// in the alphabetical order of their words. A new variant has to keep it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its Requires-Python leaves out every Python that the environment file allows.
    RequiresPython {
        /// The value of Requires-Python.
        specifiers: String,
        /// The Pythons that the file allows, like `3.8–3.10`, if they are needed to
        /// understand the reason.
        allowed: Option<String>,
    },
    /// It has neither a source distribution nor a wheel for an allowed Python.
    NoWheelForPythons {
        /// The Pythons that the environment file allows, like `3.8–3.10`.
        pythons: String,
        /// The platform.
        subdir: Subdir,
        /// The python tags of its wheels for the platform, oldest first.
        tags: Vec<String>,
    },
    /// It has wheels for other Pythons, and no source distribution.
    WheelsForOthers {
        /// The python tags of its wheels for the platform, oldest first.
        tags: Vec<String>,
    },
    /// It has neither a source distribution nor a wheel for the platform.
    NoWheelForPlatform {
        /// The platform.
        subdir: Subdir,
    },
    /// It was yanked (PEP 592).
    Yanked {
        /// The reason that the index gives; empty if it gives none.
        reason: String,
    },
    /// It is a pre-release, and nothing requires one (PEP 440).
    PreRelease,
    /// It has no date, and there are candidates that are old enough for the cut-off.
    Undated {
        /// The cut-off.
        cutoff: jiff::Timestamp,
    },
    /// It is newer than the cut-off.
    NewerThan {
        /// The cut-off.
        cutoff: jiff::Timestamp,
    },
    /// Strict channel priority takes the package from another channel.
    ChannelPriority {
        /// The name of the package.
        package: String,
        /// The user's name of the channel that it is taken from.
        first: String,
        /// The user's name of the channel of the candidate.
        channel: String,
    },
    /// A line requires the package from another channel.
    OtherChannel {
        /// The user's name of the channel of the candidate.
        channel: String,
    },
    /// No pip that the environment file allows can install its wheel.
    PipTooOld {
        /// The file name of the wheel.
        wheel: String,
        /// What pip needs for it.
        ability: PipAbility,
    },
    /// An option of the pip list, or its hashes, leaves none of its files.
    PipOption,
    /// A line of a constraints file rules it out.
    Constraint {
        /// The line.
        constraint: String,
    },
    /// An index did not answer.
    IndexUnavailable,
    /// Its metadata requires another Python than the environment file allows; the
    /// index does not say so.
    MetadataRequiresPython {
        /// The value of Requires-Python.
        specifiers: String,
        /// The Pythons that the file allows, like `3.8–3.10`.
        allowed: String,
    },
    /// A requirement of its metadata cannot be satisfied.
    Requirement(RequirementError),
    /// A dependency of a conda package cannot be read.
    BrokenDependency {
        /// The dependency as the package writes it.
        dependency: String,
        /// What is wrong with it.
        error: SpecError,
    },
    /// Its metadata has something that no allowed pip accepts.
    LegacyMetadata {
        /// What pip needs for it.
        ability: PipAbility,
    },
    /// Its metadata cannot be read.
    BrokenMetadata {
        /// The error of the parser.
        error: String,
    },
    /// A conda package constrains its own name to other versions.
    OwnConstraint {
        /// The constraint as the package writes it.
        constraint: String,
    },
    /// Its requirements are known only after a build.
    NeedsBuild {
        /// What its source shows.
        reason: String,
    },
    /// No conda dependency leads to it.
    Unrequired,
    /// Its build stops on purpose.
    Unbuildable {
        /// What its source says.
        reason: String,
    },
    /// It requires something that another requirement excludes completely.
    Needs {
        /// Whether it only constrains the packages and does not require them.
        by_constraint: bool,
        /// The packages, of which one suffices.
        needs: Needs,
    },
    /// Its release has no files.
    NoFiles,
    /// The file of its URL belongs to another project.
    FileOfOther {
        /// The other project.
        project: PackageName,
    },
    /// Its marker and its file need different Pythons.
    MarkerAgainstFile,
    /// The pip list was tried with another Python.
    OtherPython,
    /// The pip list was tried with another pip.
    OtherPip,
}

/// The kinds of reasons that exclude a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReasonKind {
    /// Its Requires-Python leaves out every Python that the environment file allows.
    RequiresPython,
    /// None of its wheels is for a Python and ABI that the environment file allows (PEP
    /// 425).
    PythonTag,
    /// None of its wheels is for the platform, and it has no source distribution.
    PlatformTag,
    /// It was yanked (PEP 592).
    Yanked,
    /// It is a pre-release, and nothing requires one (PEP 440).
    PreRelease,
    /// It is newer than the cut-off.
    TooNew,
    /// Strict channel priority takes the package from another channel.
    ChannelPriority,
    /// A line requires the package from another channel.
    OtherChannel,
    /// The declared pip cannot install its wheel.
    PipTooOld,
    /// An option or hash of the pip list rules its files out.
    PipOption,
    /// A line of a constraints file rules it out.
    Constraint,
    /// Its metadata or one of its dependencies cannot be read.
    Broken,
    /// It requires something that another requirement excludes completely.
    Requirement,
    /// Any other reason.
    Other,
}

impl Reason {
    /// Returns the kind, for readers that need no details.
    pub fn kind(&self) -> ReasonKind {
        match self {
            Self::RequiresPython { .. } => ReasonKind::RequiresPython,
            Self::NoWheelForPythons { .. } | Self::WheelsForOthers { .. } => ReasonKind::PythonTag,
            Self::NoWheelForPlatform { .. } => ReasonKind::PlatformTag,
            Self::Yanked { .. } => ReasonKind::Yanked,
            Self::PreRelease => ReasonKind::PreRelease,
            Self::Undated { .. } | Self::NewerThan { .. } => ReasonKind::TooNew,
            Self::ChannelPriority { .. } => ReasonKind::ChannelPriority,
            Self::OtherChannel { .. } => ReasonKind::OtherChannel,
            Self::PipTooOld { .. } => ReasonKind::PipTooOld,
            Self::PipOption => ReasonKind::PipOption,
            Self::Constraint { .. } => ReasonKind::Constraint,
            Self::IndexUnavailable
            | Self::MetadataRequiresPython { .. }
            | Self::Requirement(_)
            | Self::BrokenDependency { .. }
            | Self::LegacyMetadata { .. }
            | Self::BrokenMetadata { .. }
            | Self::OwnConstraint { .. }
            | Self::NeedsBuild { .. }
            | Self::Unrequired
            | Self::Unbuildable { .. } => ReasonKind::Broken,
            Self::Needs { .. } => ReasonKind::Requirement,
            Self::NoFiles
            | Self::FileOfOther { .. }
            | Self::MarkerAgainstFile
            | Self::OtherPython
            | Self::OtherPip => ReasonKind::Other,
        }
    }

    /// Whether no one should install the candidate, or the user chose to wait for it. It does
    /// not count as a newer version then.
    pub fn is_unwanted(&self) -> bool {
        matches!(
            self.kind(),
            ReasonKind::Yanked | ReasonKind::PreRelease | ReasonKind::TooNew
        )
    }

    /// Returns the key under which the solver knows it; reasons with the same words have
    /// the same key.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::MetadataRequiresPython {
                specifiers,
                allowed,
            } => {
                let same = Self::RequiresPython {
                    specifiers: specifiers.clone(),
                    allowed: Some(allowed.clone()),
                };
                format!("{same:?}")
            }
            other => format!("{other:?}"),
        }
    }
}

/// A package that an excluded candidate needs.
#[derive(Clone, Debug)]
pub enum Need {
    /// These candidates of it, which the rest excludes.
    Excluded(Left),
    /// A version that does not exist.
    Missing {
        /// The package.
        package: Package,
        /// The version constraint on it.
        constraint: String,
    },
}

/// The packages of which an excluded candidate needs one. Equal are those that read
/// alike: only the shown ranges of the versions count.
#[derive(Clone, Debug)]
pub struct Needs(pub Vec<Need>);

impl Needs {
    fn names(&self) -> String {
        let names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        names.join(", or ")
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded(left) => write!(f, "{left}"),
            Self::Missing {
                package,
                constraint,
            } => write!(f, "{package} {constraint}, in no version"),
        }
    }
}

impl PartialEq for Needs {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Needs {}

impl PartialOrd for Needs {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Needs {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names().cmp(&other.names())
    }
}

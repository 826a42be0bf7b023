//! Why a candidate is excluded.

use std::{cell::RefCell, collections::HashMap};

use resolvo::StringId;

use crate::encode::pool::Pool;

/// Why a candidate is excluded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The kind.
    pub kind: ReasonKind,
    /// One sentence, lower case, without a full stop; "it" is the candidate.
    pub text: String,
}

/// The kinds of reasons that exclude a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
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
    /// A line asks for the package from another channel.
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

impl ReasonKind {
    /// Returns a reason of this kind.
    pub fn because(self, text: impl Into<String>) -> Reason {
        Reason {
            kind: self,
            text: text.into(),
        }
    }
}

/// The kinds of the reasons whose texts are in the pool.
#[derive(Default)]
pub(crate) struct Reasons(RefCell<HashMap<StringId, ReasonKind>>);

impl Reasons {
    /// Adds a reason to the pool.
    pub(crate) fn intern(&self, pool: &Pool, reason: Reason) -> StringId {
        let id = pool.intern_string(reason.text);
        self.0.borrow_mut().insert(id, reason.kind);
        id
    }

    /// The reason with this text.
    pub(crate) fn of(&self, pool: &Pool, id: StringId) -> Reason {
        let kind = self.0.borrow().get(&id).copied();
        kind.unwrap_or(ReasonKind::Broken)
            .because(pool.resolve_string(id))
    }
}

//! Why a candidate is excluded.

/// The kind and the text of the reason that excludes a candidate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The kind, for programs that cannot read the sentence.
    pub kind: ReasonKind,
    /// One sentence, lower case, without a full stop. "it" refers to the candidate.
    pub text: String,
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

impl ReasonKind {
    /// Returns a reason of this kind.
    pub fn because(self, text: impl Into<String>) -> Reason {
        Reason {
            kind: self,
            text: text.into(),
        }
    }
}

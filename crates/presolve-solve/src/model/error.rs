//! The errors of a solve that ends without a result, as data.

use pep508_rs::PackageName;

use presolve_packages::error::IndexError;

/// The reason for which the solver has no result. "No solution" is a result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SolveError {
    /// The deadline passed.
    #[error("no answer within the time limit")]
    Deadline {
        /// The hosts that had not responded by then.
        waiting_for: Vec<String>,
    },
    /// An index could not be queried.
    #[error(transparent)]
    Index(IndexError),
    /// A declared match spec cannot be expressed as a clause.
    #[error("`{spec}` cannot be required: {reason}")]
    MatchSpec {
        /// The match spec as the solver reads it.
        spec: String,
        /// Cause, in a sentence.
        reason: String,
    },
    /// A declared requirement cannot be expressed as a clause.
    #[error("`{requirement}` cannot be required: {reason}")]
    Requirement {
        /// The requirement as the solver reads it.
        requirement: String,
        /// Cause, in a sentence.
        reason: String,
    },
    /// A channel lists a record twice, with different contents.
    #[error("{channel} has {file_name} twice, with different contents")]
    DuplicateRecord {
        /// The user's name of the channel.
        channel: String,
        /// The file of the record.
        file_name: String,
    },
    /// A check of presolve's own results failed, such as the independent check of the
    /// solution. This is a bug. The text names the check.
    #[error("{0}")]
    Internal(String),
}

impl SolveError {
    /// The deadline passed while nothing was being fetched.
    pub const DEADLINE: Self = Self::Deadline {
        waiting_for: Vec::new(),
    };

    /// Returns the error for a failed check of the solver's own results.
    pub(crate) fn unverified(what: &str) -> Self {
        Self::Internal(format!("the solution failed verification: {what}"))
    }

    /// Whether the deadline passed.
    pub fn is_deadline(&self) -> bool {
        matches!(self, Self::Deadline { .. })
    }
}

impl From<IndexError> for SolveError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Deadline { waiting_for } => Self::Deadline { waiting_for },
            error => Self::Index(error),
        }
    }
}

/// Why a match spec cannot be expressed as a clause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SpecError {
    /// A parser rejects it, with this message.
    #[error("{0}")]
    Parser(String),
    /// The condition of a match spec has a condition.
    #[error("a condition inside a condition")]
    NestedCondition,
    /// The condition of a match spec requires nothing.
    #[error("an empty condition")]
    EmptyCondition,
    /// The name is a glob or a regular expression.
    #[error("a dependency needs an exact package name")]
    InexactName,
}

/// Why a requirement cannot be expressed as a clause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum RequirementError {
    /// It requires an own extra in another version.
    #[error("it requires itself as {specifiers}")]
    Itself {
        /// The required versions.
        specifiers: String,
    },
    /// It requires a project from a URL that the pip list does not have.
    #[error("it requires {project} from a URL")]
    FromUrl {
        /// The project.
        project: PackageName,
    },
}

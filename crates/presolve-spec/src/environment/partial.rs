//! The readable part of a file.

use crate::{EnvironmentFile, yaml::Tree};
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind};

/// The readable part of an environment file.
pub struct PartialFile {
    /// The file without its refused entries; `None` if nothing is readable.
    pub environment: Option<EnvironmentFile>,
    /// `None` if the file is not YAML, for example a Dockerfile.
    pub tree: Option<Tree>,
    /// The errors that conda, pip or a YAML parser would also report.
    pub errors: Vec<Diagnostic>,
}

impl PartialFile {
    /// A file with these errors and no readable part.
    pub fn refused(errors: Vec<Diagnostic>) -> Self {
        Self {
            environment: None,
            tree: None,
            errors,
        }
    }

    /// Returns the YAML, even if some entries were refused.
    ///
    /// # Errors
    /// [`Failure::input`] when the file is not YAML.
    pub fn into_tree(self) -> Result<Tree, Failure> {
        self.tree.ok_or(Failure {
            kind: FailureKind::Input,
            diagnostics: self.errors,
        })
    }

    /// Returns the environment file if there were no errors.
    ///
    /// # Errors
    /// [`Failure::input`] with all errors.
    pub fn complete(self) -> Result<EnvironmentFile, Failure> {
        match self.environment {
            Some(environment) if self.errors.is_empty() => Ok(environment),
            _ => Err(Failure {
                kind: FailureKind::Input,
                diagnostics: self.errors,
            }),
        }
    }
}

//! The environment variables whose values a file may use.
//!
//! conda and pip replace `$NAME` and `${NAME}` in a file by variables of the environment. A pull
//! request could so send a secret of a CI job to a host that it names. So the user names the
//! variables, with a flag or with [`ALLOW_ENV`], and never a file.

use std::{collections::BTreeSet, sync::Arc};

use crate::process;

/// The environment variable that lists allowed variables, separated by commas.
pub const ALLOW_ENV: &str = "PRESOLVE_ALLOW_ENV";

/// The variables that a file may use. The default is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedVariables {
    names: Arc<BTreeSet<String>>,
    /// An image build reads the file, with the variables of the build.
    is_of_build: bool,
}

/// The reason why a variable has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoValue {
    /// The user has not allowed it.
    NotAllowed,
    /// It is allowed, but not set.
    Unset,
    /// Its value is that of an image build.
    OfBuild,
}

impl AllowedVariables {
    /// The variables of a flag, and those of [`ALLOW_ENV`].
    pub fn of_user(names: &[String]) -> Self {
        let listed = process::variable(ALLOW_ENV).unwrap_or_default();
        let listed = listed.split(',').map(str::trim);
        let names = names.iter().map(String::as_str).chain(listed);
        Self {
            names: Arc::new(names.map(str::to_owned).collect()),
            is_of_build: false,
        }
    }

    /// Those of a file that an image build reads: none, because the build has an environment of
    /// its own.
    pub fn in_build() -> Self {
        Self {
            names: Arc::default(),
            is_of_build: true,
        }
    }

    /// Returns the value of a variable.
    ///
    /// # Errors
    /// [`NoValue`] if the file may not use it, or it is unset.
    pub fn value(&self, name: &str) -> Result<String, NoValue> {
        if self.is_of_build {
            return Err(NoValue::OfBuild);
        }
        if !self.names.contains(name) {
            return Err(NoValue::NotAllowed);
        }
        process::variable(name).ok_or(NoValue::Unset)
    }
}

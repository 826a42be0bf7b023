//! The process's surroundings: its variables, arguments and working folder. Nothing else
//! reads them, so that one file shows what an answer can depend on.

use std::{ffi::OsString, path::PathBuf};

/// A variable that is set and UTF-8.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A variable that is set and not empty.
pub fn non_empty(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// All variables.
pub fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

/// The arguments, without the name of the program.
pub fn arguments() -> impl Iterator<Item = OsString> {
    std::env::args_os().skip(1)
}

/// The working folder; none if it is gone.
pub fn working_dir() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

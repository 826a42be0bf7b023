//! The environment variables, arguments and working folder of the process. No other module
//! reads them, so this file shows everything that a result can depend on.

use std::{ffi::OsString, path::PathBuf};

/// A variable; `None` if it is unset or not UTF-8.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A variable; `None` if it is unset or empty.
pub fn non_empty(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// All environment variables, including those that are not UTF-8.
pub fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

/// The command-line arguments, without the program name.
pub fn arguments() -> impl Iterator<Item = OsString> {
    std::env::args_os().skip(1)
}

/// The working folder; `None` if it no longer exists.
pub fn working_dir() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

//! The version of presolve, for people and as JSON.

use serde::Serialize;

/// What a bug report needs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Version {
    /// The version of presolve.
    version: &'static str,
    /// The operating system that presolve was built for.
    os: &'static str,
    /// The processor that presolve was built for.
    arch: &'static str,
    /// The date of the built-in mapping from conda names to PyPI names.
    mapping: &'static str,
}

impl Version {
    /// The version of this build, with the date of its mapping.
    pub fn new(mapping: &'static str) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            mapping,
        }
    }

    /// Returns the version in a line.
    pub fn human(self) -> String {
        let Self {
            version,
            os,
            arch,
            mapping,
        } = self;
        format!("presolve {version} ({arch}-{os}, mapping of {mapping})\n")
    }

    /// Returns the version as JSON, with a trailing line break.
    pub fn json(self) -> String {
        let json = serde_json::to_string_pretty(&self);
        json.expect("strings") + "\n"
    }
}

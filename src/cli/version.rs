//! `presolve version`.

use clap::{Args, ValueEnum};

use super::print_whole;
use presolve_registry::conda::names;
use presolve_report::version as report;
use presolve_text::diagnostic::Failure;

/// The arguments of `version`.
#[derive(Debug, Args)]
pub(super) struct Version {
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// The output formats of `version`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// Text
    #[default]
    Human,
    /// JSON
    Json,
}

impl Version {
    /// Prints the version.
    pub(super) fn run(self) -> Result<(), Failure> {
        let version = report::Version::new(names::date());
        print_whole(&match self.format {
            Format::Human => version.human(),
            Format::Json => version.json(),
        })
    }
}

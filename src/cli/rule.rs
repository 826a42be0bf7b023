//! `presolve rule`.

use clap::{Args, ValueEnum};

use super::print_whole;
use presolve_check as check;
use presolve_check::rules;
use presolve_report::rules::{json, list, page, text};
use presolve_text::diagnostic::Failure;

/// The arguments of `rule`.
#[derive(Debug, Args)]
pub(super) struct Rule {
    /// Rule to describe; without it, all rules are listed
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Print all rules as one Markdown page
    #[arg(long, conflicts_with_all = ["name", "format"])]
    all: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// The output formats of `rule`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Format {
    /// List, or the Markdown text of one rule
    #[default]
    Human,
    /// JSON list, with the texts
    Json,
}

impl Rule {
    /// Runs the command.
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.all {
            return print_whole(&page());
        }
        if let Some(name) = &self.name {
            check::check_name(name)?;
        }
        let one = self.name.as_deref().and_then(rules::by_name);
        match (self.format, one) {
            (Format::Json, one) => print_whole(&json(one)),
            (Format::Human, Some(rule)) => print_whole(&text(rule)),
            (Format::Human, None) => print_whole(&list()),
        }
    }
}

//! `presolve rule`.

use clap::Args;

use super::{Output, print};
use crate::{
    check,
    diagnostic::{Failure, Level},
    rules::{self, Rule as Known},
};

/// What `rule` takes.
#[derive(Debug, Args)]
pub(super) struct Rule {
    /// The rule; all are listed if there is none
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

impl Rule {
    /// Runs the command.
    pub fn run(self, _output: &Output) -> Result<(), Failure> {
        let Some(name) = self.name else {
            return print(&list());
        };
        check::check_name(&name)?;
        match rules::by_name(&name) {
            Some(rule) => print(&text(rule)),
            None => print(&list()),
        }
    }
}

fn list() -> String {
    let width = rules::all().map(|rule| rule.name.len()).max();
    let width = width.unwrap_or_default();
    let lines = rules::all().map(|rule| format!("{:width$}  {}\n", rule.name, rule.summary()));
    lines.collect()
}

fn text(rule: &Known) -> String {
    let level = match rule.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let default = match rule.by_default {
        true => "",
        false => ", looked for only if it is selected",
    };
    format!("# {}\n\n({level}{default})\n\n{}", rule.name, rule.text)
}

//! `presolve rule`.

use clap::Args;

use super::{Output, print_whole};
use presolve_check as check;
use presolve_check::rules::{self, Rule as Known};
use presolve_text::diagnostic::{Failure, Level};

/// The arguments of `rule`.
#[derive(Debug, Args)]
pub(super) struct Rule {
    /// Rule to describe; without it, all rules are listed
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Print all rules as one Markdown page
    #[arg(long, conflicts_with = "name")]
    all: bool,
}

impl Rule {
    /// Runs the command.
    pub(super) fn run(self, _output: &Output) -> Result<(), Failure> {
        if self.all {
            return print_whole(&page());
        }
        let Some(name) = self.name else {
            return print_whole(&list());
        };
        check::check_name(&name)?;
        match rules::by_name(&name) {
            Some(rule) => print_whole(&text(rule)),
            None => print_whole(&list()),
        }
    }
}

fn list() -> String {
    let width = rules::all().map(|rule| rule.name.len()).max();
    let width = width.unwrap_or_default();
    let lines = rules::all().map(|rule| format!("{:width$}  {}\n", rule.name, rule.summary()));
    lines.collect()
}

/// Returns the texts of all rules, each with a heading to link to.
fn page() -> String {
    let mut page = "# The rules of `presolve check`\n\n\
        `presolve rule --all` prints this page; `presolve rule NAME` prints one rule.\n\n\
        | rule | level | |\n|---|---|---|\n"
        .to_owned();
    for rule in rules::all() {
        let (name, summary) = (rule.name, rule.summary().replace('|', "\\|"));
        let level = level(rule);
        let level = if rule.by_default {
            level.to_owned()
        } else {
            format!("{level}, off by default")
        };
        page += &format!("| [{name}](#{name}) | {level} | {summary} |\n");
    }
    for rule in rules::all() {
        page.push('\n');
        let mut is_code = false;
        for line in text(rule).lines() {
            is_code ^= line.starts_with("```");
            // A `#` in an example starts a comment, not a heading.
            if line.starts_with('#') && !is_code {
                page.push('#');
            }
            page += line;
            page.push('\n');
        }
    }
    page
}

fn text(rule: &Known) -> String {
    let default = if rule.by_default {
        ""
    } else {
        ", off by default"
    };
    let level = level(rule);
    format!("# {}\n\n({level}{default})\n\n{}", rule.name, rule.text)
}

fn level(rule: &Known) -> &'static str {
    match rule.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

//! `presolve outdated`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, ValueEnum};

use super::{
    Output, exit_as,
    opened::{self, EnvironmentArg, Opened},
    print_whole,
    progress::Progress,
    settings::SettingsArgs,
};
use presolve_explain::outdated::outdated;
use presolve_report::outdated::{human, json, markdown};
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind};
use presolve_words::errors;

/// The examples at the end of the help of `outdated`.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve outdated                         the lines of environment.yml that are not the newest
  presolve outdated --all --format markdown all lines, as a table for a pull request
  presolve explain --why numpy              more on one package";

/// The exit codes at the end of the help of `outdated`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the file cannot be solved; with --exit-code: `pin -U` would change a declared line
  2  the file, a setting or the command line cannot be used
  3  no result: network, cache or time limit";

/// The default time limit.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// The arguments of `outdated`.
#[derive(Debug, Args)]
pub(super) struct Outdated {
    /// Environment file, Azure ML environment, Dockerfile, or folder of a build [default: environment.yml, or the only such file in this folder]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Also list the lines that are the newest
    #[arg(long)]
    all: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Exit with 1 if `pin -U` would change a declared line
    #[arg(long)]
    exit_code: bool,
    /// Print the JSON schema of `--format json`, and exit
    #[arg(long, exclusive = true)]
    print_schema: bool,
    #[command(flatten)]
    environment: EnvironmentArg,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// The output formats of `outdated`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Format {
    /// Table
    #[default]
    Human,
    /// Markdown table
    Markdown,
    /// JSON, with all lines; see `--print-schema`
    Json,
}

impl Outdated {
    /// Returns the path as the user wrote it.
    pub(super) fn file(&self) -> &Path {
        opened::path(self.file.as_deref())
    }

    /// Runs the command.
    pub(super) async fn run(mut self, output: &Output) -> Result<(), Failure> {
        if self.print_schema {
            return print_whole(&json::schema());
        }
        self.file = Some(opened::chosen(self.file.take(), &self.settings)?);
        let Opened {
            environment,
            mut settings,
            ..
        } = opened::open(self.file(), &self.environment, &self.settings, output)?;
        settings.timeout.get_or_insert(TIME_LIMIT);
        let progress = Progress::new(output.quiet);
        let found = outdated(&environment, &settings, &progress.listener()).await;
        progress.finish();
        let found = found.map_err(|error| errors::failure_in(error, &environment))?;
        for notice in &found.notices {
            output.say(notice);
        }
        if !found.is_solvable {
            return Err(self.unsolvable());
        }
        match self.format {
            Format::Human => output.print(&human(&found, self.all))?,
            Format::Markdown => print_whole(&markdown(&found, self.all))?,
            Format::Json => print_whole(&json::render(&found, environment.source.path()))?,
        }
        let is_behind = found.lines.iter().any(|line| line.is_behind());
        match self.exit_code && is_behind {
            true => Err(exit_as(FailureKind::Unsolvable)),
            false => Ok(()),
        }
    }

    fn unsolvable(&self) -> Failure {
        let file = self.file().display();
        let message = format!("{file} has no solution, so no version is the newest");
        let diagnostic = Diagnostic::error("unsolvable", message)
            .help(format!("`presolve explain {file}` shows how to fix it"));
        Failure {
            kind: FailureKind::Unsolvable,
            diagnostics: vec![diagnostic],
        }
    }
}

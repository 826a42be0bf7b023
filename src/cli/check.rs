//! `presolve check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Output, print, progress::Progress, settings::SettingsArgs};
use crate::{
    check::{Check as Checking, FileReport, Fixes, Listening, discover},
    config::Settings,
    diagnostic::{Failure, FailureKind, Level},
    report::{diff, findings::human},
};

/// How `check` is used, at the end of its help.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve check                            every environment file below this folder
  presolve check environment.yml --no-solve look at it, and solve nothing
  presolve check --diff                     show what --fix would change
  presolve check --fix                      mend what can be mended safely";

/// What the exit code of `check` says.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  nothing found that is as bad as --fail-on
  1  findings
  2  a path, a setting or the command line cannot be used
  3  nothing found, and not everything could be: network, cache or time limit";

/// What `check` takes.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Environment files, or folders to look for them
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look for these rules only; `all` for every one
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not look for these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Make the fixes that are safe
    #[arg(long)]
    fix: bool,
    /// Make the other fixes too
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what the fixes would change, and write nothing
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// Look at the files, and solve nothing
    #[arg(long)]
    no_solve: bool,
    /// Which findings make the exit code 1: those of this level, and worse ones
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    fail_on: FailOn,
    /// End with 0 whatever is found
    #[arg(long)]
    exit_zero: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FailOn {
    Error,
    #[default]
    Warning,
    Note,
}

impl Check {
    /// Runs the command.
    pub async fn run(self, output: &Output) -> Result<(), Failure> {
        let settings = Settings::resolve(
            &self.paths[0].join("environment.yml"),
            self.settings.clone().into(),
        )?;
        let files = discover::files(&self.paths, &settings.check.exclude)?;
        let progress = Progress::new(output.quiet);
        let mut human = Human {
            progress: progress.clone(),
            color: output.color_stdout(),
            diff: self.diff,
        };
        let listener = progress.listener();
        let checking = Checking {
            files,
            flags: self.settings.clone().into(),
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            platforms: self.settings.platforms.clone(),
            solve: !self.no_solve,
            fixes: Fixes {
                make: self.fix,
                show: self.diff,
                with_unsafe: self.unsafe_fixes,
            },
            today: jiff::Zoned::now().date(),
        };
        let report = checking.run(&listener, &mut human).await;
        progress.finish();
        let report = report?;
        output.tell(&human::summary(&report));
        let limit = match self.fail_on {
            FailOn::Error => Level::Error,
            FailOn::Warning => Level::Warning,
            FailOn::Note => Level::Note,
        };
        let kind = match (report.has(limit), report.is_undecided()) {
            _ if self.exit_zero => return Ok(()),
            (true, _) => FailureKind::Unsolvable,
            (false, true) => FailureKind::Undecided,
            (false, false) => return Ok(()),
        };
        Err(Failure {
            kind,
            diagnostics: Vec::new(),
        })
    }
}

/// Prints findings for people, as soon as there are any.
struct Human {
    progress: Progress,
    color: bool,
    diff: bool,
}

impl Listening for Human {
    fn file(&mut self, report: &FileReport) {
        let text = match &report.fixed {
            Some(fixed) if self.diff => diff::unified(&fixed.before, fixed.source.text(), "fixed"),
            _ if self.diff => String::new(),
            _ => human::file(report, self.color),
        };
        // A reader that has gone hears nothing more.
        let _ = self.progress.suspend(|| print(&text));
    }
}

//! `presolve check`.

use std::{collections::HashSet, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{
    Output, exit_as, print_whole,
    progress::{self, Progress},
    settings::SettingsArgs,
    stdin::{self, StdinArgs},
};
use presolve_check::{
    Check as Checking, CheckObserver, CheckReport, FileReport, Fixes, Selection, changed::Changed,
    discover, patterns::Patterns,
};
use presolve_config::{self as config, Flags, Settings};
use presolve_report::{
    diff,
    findings::{azure, github, human, json, junit, sarif},
};
use presolve_terminal::foreign;
use presolve_text::{
    diagnostic::{Failure, FailureKind, Level},
    files::{self, Fences, Protected},
};

/// The examples at the end of the help of `check`.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve check                            every environment file below this folder
  presolve check environment.yml --no-solve check it without solving
  presolve check --diff                     show what --fix would change
  presolve check --fix                      apply the safe fixes
  presolve check --changed-since origin/main --format github";

/// The exit codes at the end of the help of `check`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  no finding at or above --fail-on; with --diff: nothing to fix
  1  findings; with --diff: something to fix
  2  a path, a setting or the command line cannot be used
  3  no findings, but the check is incomplete: network, time limit, or a file or folder
     that may not be read
With --offline, whatever the cache lacks is skipped and reported once, and does not change
the exit code. Solving a file may take 60 seconds, or the time of --timeout.";

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Environment files, Azure ML environments, Dockerfiles, folders to search for these, or requirements files; - for standard input
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Check only files changed since the branch left REVISION (per git), and files that include them
    #[arg(long, value_name = "REVISION")]
    changed_since: Option<String>,
    /// Run only these rules; `all` selects every rule
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Apply the safe fixes
    #[arg(long)]
    fix: bool,
    /// Also apply the unsafe fixes
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what the fixes would change, and exit
    #[arg(long, conflicts_with_all = ["fix", "format", "output_file"])]
    diff: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write the findings to this file
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Print the JSON schema of `--format json`, and exit
    #[arg(long, exclusive = true)]
    print_schema: bool,
    /// Print the JSON schema of presolve.toml, and exit
    #[arg(long, exclusive = true)]
    print_settings_schema: bool,
    /// Check the files without solving them
    #[arg(long)]
    no_solve: bool,
    /// Ask the registries of base images whether they have the name and the tag, without
    /// credentials
    #[arg(long)]
    check_images: bool,
    /// Advisories in OSV's format instead of the package index's: a zip or JSON file, a folder, or
    /// a URL
    #[arg(long, value_name = "FILE|URL")]
    advisories: Option<String>,
    /// Minimum level that makes the exit code 1
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    fail_on: FailOn,
    /// Replace a written file even if it is read-only or has several hard links
    #[arg(long)]
    force: bool,
    /// Exit with 0 instead of 1 and 3
    #[arg(long)]
    exit_zero: bool,
    #[command(flatten)]
    stdin: StdinArgs,
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

/// Output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Format {
    /// Text, printed as soon as a file is checked
    #[default]
    Human,
    /// JSON; see `--print-schema`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub Actions annotations
    Github,
    /// Azure Pipelines issues
    Azure,
    /// JUnit report
    Junit,
}

impl From<FailOn> for Level {
    fn from(limit: FailOn) -> Self {
        match limit {
            FailOn::Error => Level::Error,
            FailOn::Warning => Level::Warning,
            FailOn::Note => Level::Note,
        }
    }
}

impl Check {
    /// Runs the command.
    pub(super) async fn run(mut self, output: &Output) -> Result<(), Failure> {
        if self.print_schema {
            return print_whole(&json::schema());
        }
        if self.print_settings_schema {
            return print_whole(&config::schema());
        }
        if self.stdin.read(&mut self.paths)? && self.fix {
            return Err(stdin::cannot_write(
                "--fix",
                "use `--diff` to see the fixes",
            ));
        }
        let progress = Progress::new(output.quiet);
        let mut human = Human {
            output: output.clone(),
            shows: match (self.diff, self.format) {
                (true, _) => Shows::Diff,
                (false, Format::Human) => Shows::Findings,
                (false, _) => Shows::Nothing,
            },
            kept: self.output_file.is_some().then(String::new),
            shown: HashSet::new(),
        };
        let checking = self.checking()?;
        let listener = progress.listener();
        let report = checking.run(&listener, &mut human).await;
        progress.finish();
        self.write(&report, human.kept.unwrap_or_default())?;
        for aside in report.asides() {
            output.say(&aside);
        }
        output.tell(&if self.diff {
            human::would_fix(&report)
        } else {
            human::summary(&report)
        });
        self.verdict(&report)
    }

    fn checking(&self) -> Result<Checking, Failure> {
        let flags = Flags {
            advisories: self.advisories.clone(),
            ..self.settings.clone().into()
        };
        let settings = Settings::resolve(&self.paths[0].join("environment.yml"), flags.clone())?;
        // An unknown rule is an error of the command line, not of each file.
        Selection::new(&settings.check, &self.select, &self.ignore)?;
        let exclude = settings.check.exclude.iter().map(String::as_str);
        let exclude = Patterns::new("exclude", exclude, &settings.check_folder)?;
        let folders = self.paths.iter().filter(|path| path.is_dir());
        let folders: Vec<PathBuf> = folders.cloned().collect();
        let fences = Fences {
            folders: folders.clone(),
            ..self.settings.fences()
        };
        let found = discover::files(&self.paths, &exclude, &fences)?;
        let changed = self.changed_since.as_deref();
        let changed = changed.map(|revision| Changed::since(revision, &self.paths));
        Ok(Checking {
            found,
            fences,
            protected: self.protected(),
            whole_folders: match &self.changed_since {
                Some(_) => Vec::new(),
                None => folders,
            },
            changed: changed.transpose()?,
            flags,
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            platforms: self.settings.platforms.clone(),
            // Safe fixes need no solve, so a diff of these needs none either.
            solve: !self.no_solve && (!self.diff || self.unsafe_fixes),
            check_images: self.check_images,
            fixes: Fixes {
                make: self.fix,
                show: self.diff,
                with_unsafe: self.unsafe_fixes,
            },
            today: jiff::Zoned::now().date(),
        })
    }

    fn protected(&self) -> Protected {
        Protected::of_force(self.force)
    }

    /// Writes the report, unless it was already printed. `human` is the text for people.
    fn write(&self, report: &CheckReport, human: String) -> Result<(), Failure> {
        let text = match self.format {
            Format::Human => human,
            Format::Json => json::render(report),
            Format::Sarif => sarif::render(report),
            Format::Github => github::render(report),
            Format::Azure => azure::render(report),
            Format::Junit => junit::render(report, self.fail_on.into()),
        };
        match &self.output_file {
            Some(file) => files::write(file, text.as_bytes(), self.protected()),
            None => print_whole(&text),
        }
    }

    fn verdict(&self, report: &CheckReport) -> Result<(), Failure> {
        let is_bad = if self.diff {
            report.files.iter().any(|file| file.fixed.is_some())
        } else {
            report.has(self.fail_on.into())
        };
        let kind = match (is_bad, report.is_undecided()) {
            _ if report.is_refused() => FailureKind::Input,
            _ if self.exit_zero => return Ok(()),
            (true, _) => FailureKind::Unsolvable,
            (false, true) => FailureKind::Undecided,
            (false, false) => return Ok(()),
        };
        Err(exit_as(kind))
    }
}

/// The output for each file as soon as it is checked.
enum Shows {
    Findings,
    Diff,
    Nothing,
}

/// Prints the report of each file.
struct Human {
    output: Output,
    shows: Shows,
    /// The collected text for `--output-file`; `None` if the text is printed.
    kept: Option<String>,
    /// The errors that stopped earlier files. One unreachable channel stops many files.
    shown: HashSet<String>,
}

impl CheckObserver for Human {
    fn file(&mut self, report: &FileReport) {
        let text = match (&self.shows, &report.fixed) {
            (Shows::Findings, _) => human::file(report, &mut self.shown),
            (Shows::Diff, Some(fixed)) => {
                diff::unified(&fixed.before, fixed.source.text(), "fixed")
            }
            (Shows::Diff, None) | (Shows::Nothing, _) => String::new(),
        };
        match &mut self.kept {
            Some(kept) => *kept += &foreign::unstyled(&text),
            // A closed output is not an error.
            None => drop(progress::suspend(|| self.output.print(&text))),
        }
    }
}

//! `presolve diagnose`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::{Args, ValueEnum};

use super::{
    Output, exit_as,
    opened::{self, Located},
    print_whole,
    progress::Progress,
    settings::SettingsArgs,
};
use presolve_check::rules::{Safety, TextFix};
use presolve_diagnose::{self as diagnose, KnownFailure, Log, LogVerdict, Named, spec};
use presolve_explain::{
    self as explain, ExplainObserver, Explanation, Fix, GoneBuilds,
    cost::{self, Cost, Limits},
};
use presolve_report::diagnosis::{self as report, Answer, LogReport, Spec, commands, json, sarif};
use presolve_solve::Conflict;
use presolve_spec::EnvironmentFile;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind, Label, Location},
    files::{self, LOG_LIMIT, ReadError},
    source::SourceFile,
};
use presolve_words::{cost as cost_report, edits::words};

/// The examples at the end of the help of `diagnose`.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve diagnose build.log                         what broke the build, and what to do
  docker build . 2>&1 | presolve diagnose -           the same for the output of a build
  presolve diagnose build.log --spec environment.yml  also the relevant line of the file
  presolve diagnose --explain disk-full               describe a problem";

/// The exit codes at the end of the help of `diagnose`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  the problem was found
  1  the log shows no known problem
  2  the log, the file, a setting or the command line cannot be used";

/// The arguments of `diagnose`.
#[derive(Debug, Args)]
pub(super) struct Diagnose {
    /// Log of the build; `-` for standard input
    #[arg(
        value_name = "LOG",
        required_unless_present_any = ["list", "explain", "print_schema"]
    )]
    log: Option<PathBuf>,
    /// Environment file, Azure ML environment or Dockerfile of the build: also show the relevant
    /// lines of this file, and solve it when that helps
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// List the known problems, and exit
    #[arg(long, conflicts_with = "log")]
    list: bool,
    /// Describe this problem, and exit
    #[arg(long, value_name = "NAME", conflicts_with = "log")]
    explain: Option<String>,
    /// Print the JSON schema of `--format json`, and exit
    #[arg(long, exclusive = true)]
    print_schema: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// The output formats of `diagnose`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Format {
    /// Text
    #[default]
    Human,
    /// JSON; see `--print-schema`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub Actions annotation
    Github,
    /// Azure Pipelines annotation
    Azure,
}

/// The default time limit for solving the file, because the report waits for it.
const TIME_LIMIT: Duration = Duration::from_secs(60);

impl Diagnose {
    /// Returns the path of the log; `None` for standard input.
    pub(super) fn log(&self) -> Option<&Path> {
        self.log.as_deref()
    }

    /// Runs the command.
    pub(super) async fn run(self, output: &Output) -> Result<(), Failure> {
        if self.print_schema {
            return print_whole(&json::schema());
        }
        if let Some(name) = &self.explain {
            return print_whole(&text(by_name(name)?));
        }
        let Some(path) = self.log.as_deref().filter(|_| !self.list) else {
            return print_whole(&list());
        };
        // Read the file first: a wrong path must not wait for a log from a pipe.
        let given = self.spec.as_deref();
        let given = given.map(|path| Given::read(path, &self.settings, output));
        let given = given.transpose()?;
        let log = Log::read(&bytes(path)?);
        let diagnosis = diagnose::diagnose(&log);
        let spec = match (&diagnosis.verdict, given) {
            (LogVerdict::Named(named), Some(given)) => self.spec(named, &given, output).await,
            _ => None,
        };
        let path = path.display().to_string();
        let report = LogReport {
            path: &path,
            log: &log,
            diagnosis: &diagnosis,
            spec,
        };
        match self.format {
            Format::Human => output.print(&report::render(&report))?,
            Format::Json => print_whole(&json::render(&report))?,
            Format::Sarif => print_whole(&sarif::render(&report))?,
            Format::Github => print_whole(&commands::github(&report))?,
            Format::Azure => print_whole(&commands::azure(&report))?,
        }
        match diagnosis.verdict {
            LogVerdict::Named(_) => Ok(()),
            _ => Err(exit_as(FailureKind::Unsolvable)),
        }
    }

    /// Returns what the file shows about the problem; `None` if there is no file.
    async fn spec(&self, named: &Named, given: &Given<'_>, output: &Output) -> Option<Spec> {
        let environment = given.environment.as_ref()?;
        let mut spec = Spec {
            lines: spec::lines(named, environment, &given.refused),
            answer: None,
        };
        if named.problem.solvable {
            let (answer, clashing) = self.solve(named.problem, environment, given, output).await;
            spec.answer = Some(answer);
            // Solving may show what the log does not.
            if spec.lines.is_empty() {
                spec.lines = clashing;
            }
        }
        Some(spec)
    }

    /// Returns the result of solving the file, and the conflicting lines. A failed solve is
    /// not an error, because the problem in the log is reported in any case.
    async fn solve(
        &self,
        problem: &KnownFailure,
        environment: &EnvironmentFile,
        given: &Given<'_>,
        output: &Output,
    ) -> (Answer, Vec<Label>) {
        if !given.refused.is_empty() {
            let reason = "a line of the file cannot be read".to_owned();
            return (Answer::Unknown(reason), Vec::new());
        }
        let mut settings = match given.file.settings() {
            Ok(settings) => settings,
            Err(failure) => return (Answer::Unknown(failure.to_string()), Vec::new()),
        };
        settings.timeout.get_or_insert(TIME_LIMIT);
        let progress = Progress::new(output.quiet);
        let listener = progress.listener();
        let explained = explain::explain(
            environment,
            &settings,
            Limits::default(),
            &listener,
            &mut Silent,
        )
        .await;
        progress.finish();
        match explained {
            Err(failure) => (Answer::Unknown(failure.to_string()), Vec::new()),
            Ok(explanation) if explanation.solution.is_some() => {
                let cost = explanation.cost.as_ref();
                let cost = cost.filter(|cost| {
                    problem.of_the_search && cost.prediction.verdict > cost::Verdict::Fine
                });
                let widest = cost.and_then(|cost| widest(&explanation, cost));
                let cost = cost.map(cost_report::verdict);
                (Answer::Solvable { cost }, Vec::from_iter(widest))
            }
            Ok(explanation) => (
                match explanation.fixes.first() {
                    Some(fix) => answer(&explanation, fix, &environment.source),
                    None => Answer::Unsolvable,
                },
                clashing(&explanation),
            ),
        }
    }
}

/// Returns the line that reaches the most records.
fn widest(explanation: &Explanation, cost: &Cost) -> Option<Label> {
    let line = cost.lines.iter().max_by_key(|line| line.reach.records)?;
    let text = format!(
        "pulls in {} records, more than any other line",
        line.reach.records
    );
    Some(Label {
        location: explanation.places[line.declared].clone()?,
        text,
    })
}

/// Returns the lines of the first conflict, or those whose builds no channel has.
fn clashing(explanation: &Explanation) -> Vec<Label> {
    let of_conflict = explanation
        .conflicts
        .first()
        .map(|conflict| &conflict.lines);
    let gone = explanation.gone_builds.as_ref().map(|gone| &gone.lines);
    let lines = gone.or(of_conflict).into_iter().flatten();
    let text = match (gone, of_conflict.map(Vec::len)) {
        (Some(_), _) => "no channel has this build",
        (_, Some(1)) => "nothing satisfies this line",
        _ => "conflicts with the others",
    };
    let places = lines.filter_map(|&line| explanation.places[line].clone());
    places
        .map(|location| Label {
            location,
            text: text.to_owned(),
        })
        .collect()
}

/// Returns the answer for a change that fixes the file.
fn answer(explanation: &Explanation, fix: &Fix, source: &Arc<SourceFile>) -> Answer {
    let changes = fix.edits.iter().map(|edit| words(explanation, edit));
    let changes: Vec<String> = changes.collect();
    let gives = fix.gives.iter();
    let gives = gives.map(|given| format!("{} {} ({})", given.name, given.version, given.half));
    let is_of_one_file = fix.included.is_empty();
    let edits = || TextFix::of_text(changes.join(", "), Safety::Unsafe, source, &fix.text);
    Answer::Fix {
        edits: is_of_one_file.then(edits),
        gives: gives.collect(),
        changes,
    }
}

/// Reads the log, from a file or from standard input.
fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path.as_os_str() == "-" {
        files::read::read_from(std::io::stdin().lock(), LOG_LIMIT)
    } else {
        files::read(path, LOG_LIMIT)
    };
    read.map_err(|error| {
        let help = match error {
            ReadError::TooLarge(_) => "give the end of the log, where the build failed",
            _ => "give the path of the log, or `-` for standard input",
        };
        let message = format!("cannot read `{}`: {error}", path.display());
        Failure::input(Diagnostic::error("unreadable-file", message).help(help))
    })
}

/// The environment file of a build.
struct Given<'a> {
    file: Located<'a>,
    /// The parsed file without unreadable lines, because the file itself may have broken the
    /// build. `None` if it cannot be parsed.
    environment: Option<EnvironmentFile>,
    /// The positions of the unreadable lines.
    refused: Vec<Location>,
}

impl<'a> Given<'a> {
    /// Reads the file and reports its errors.
    fn read(path: &Path, args: &'a SettingsArgs, output: &Output) -> Result<Self, Failure> {
        let file = opened::Named::find(path, args)?.locate()?;
        let reading = file.spec.read_as_far_as_possible();
        for error in &reading.errors {
            output.say(error);
        }
        let labels = reading
            .errors
            .iter()
            .filter_map(|error| error.labels.first());
        Ok(Self {
            environment: reading.environment,
            refused: labels.map(|label| label.location.clone()).collect(),
            file,
        })
    }
}

fn by_name(name: &str) -> Result<&'static KnownFailure, Failure> {
    diagnose::by_name(name).ok_or_else(|| {
        let diagnostic = Diagnostic::error("unknown-problem", format!("unknown problem: `{name}`"));
        Failure::input(match diagnose::nearest(name) {
            Some(problem) => diagnostic.help(format!("did you mean `{}`?", problem.name)),
            None => diagnostic.help("list the problems with `presolve diagnose --list`"),
        })
    })
}

fn list() -> String {
    let width = diagnose::all().map(|problem| problem.name.len()).max();
    let width = width.unwrap_or_default();
    let lines = diagnose::all();
    let lines = lines.map(|problem| format!("{:width$}  {}\n", problem.name, problem.summary()));
    lines.collect()
}

fn text(problem: &KnownFailure) -> String {
    format!("# {}\n\n{}", problem.name, problem.text)
}

/// An observer that ignores partial results, because the report waits for all of them.
struct Silent;

impl ExplainObserver for Silent {
    fn conflict(&mut self, _so_far: &Explanation, _conflict: &Conflict) {}
    fn fix(&mut self, _so_far: &Explanation, _fix: &Fix) {}
    fn gone_builds(&mut self, _so_far: &Explanation, _gone: &GoneBuilds) {}
}

//! The command line: its arguments and exit codes.
//!
//! 0: done. 1: the file cannot be solved. 2: the input, the settings or the command line
//! cannot be used. 3: no result (network, time limit).

use std::{io::Write, path::Path, process::ExitCode, thread::JoinHandle, time::Duration};

use anstream::{
    AutoStream,
    stream::{AsLockedWrite, RawStream},
};
use clap::{ArgAction, ColorChoice, Parser, Subcommand};

use presolve_parse::guard;
use presolve_terminal::{foreign, human};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind},
    process, secrets,
};

mod check;
mod completions;
mod context;
mod diagnose;
mod diff;
mod explain;
mod logging;
mod opened;
mod outdated;
mod pin;
mod progress;
mod rule;
mod settings;
mod solving;
mod stdin;
mod values;
mod version;

/// The exit codes at the end of most helps.
const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the file cannot be solved
  2  the file, a setting or the command line cannot be used
  3  no result: network, cache or time limit";

/// Solve conda and pip as one problem, before an image build fails.
#[derive(Debug, Parser)]
#[command(name = "presolve", version, about, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write exact pins for every package into an environment file
    #[command(after_help = format!("{}\n\n{}", pin::EXAMPLES, pin::EXIT_CODES))]
    Pin(pin::Pin),
    /// Explain why a file cannot be solved and suggest minimal fixes
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", explain::EXAMPLES))]
    Explain(explain::Explain),
    /// Find problems in environment files
    #[command(after_help = format!("{}\n\n{}", check::EXAMPLES, check::EXIT_CODES))]
    Check(check::Check),
    /// Show for each declared line the newest version, and what holds it back
    #[command(after_help = format!("{}\n\n{}", outdated::EXAMPLES, outdated::EXIT_CODES))]
    Outdated(outdated::Outdated),
    /// Show what differs between two states of an environment file
    #[command(after_help = format!("{}\n\n{}", diff::EXAMPLES, diff::EXIT_CODES))]
    Diff(diff::Diff),
    /// Write a pinned Docker build context for an Azure ML environment
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", context::EXAMPLES))]
    Context(context::Context),
    /// Diagnose a failed image build from its log
    #[command(after_help = format!("{}\n\n{}", diagnose::EXAMPLES, diagnose::EXIT_CODES))]
    Diagnose(diagnose::Diagnose),
    /// Describe a rule of `check`, or list all rules
    Rule(rule::Rule),
    /// Print the completions for a shell
    Completions(completions::Completions),
    /// Print the manual page of presolve or of a command
    Man(completions::Man),
    /// Print the version and the date of the built-in data
    Version(version::Version),
}

impl Command {
    /// The file argument of the command, if it has one.
    fn file(&self) -> Option<&Path> {
        match self {
            Command::Pin(pin) => Some(pin.file()),
            Command::Explain(explain) => Some(explain.file()),
            Command::Outdated(outdated) => Some(outdated.file()),
            Command::Context(context) => Some(context.file()),
            Command::Diagnose(diagnose) => diagnose.log(),
            Command::Check(_)
            | Command::Diff(_)
            | Command::Rule(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Version(_) => None,
        }
    }
}

/// The options for output.
#[derive(Clone, Debug, clap::Args)]
struct Output {
    /// Print errors only
    #[arg(short, long, global = true, display_order = 900)]
    quiet: bool,
    /// Log what presolve does to stderr; repeat for more detail (-vv, -vvv)
    #[arg(
        short,
        long,
        global = true,
        action = ArgAction::Count,
        conflicts_with = "quiet",
        display_order = 900
    )]
    verbose: u8,
    /// When to colour the output
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        display_order = 900
    )]
    color: ColorChoice,
}

impl Output {
    /// Prints a text with styles to stdout.
    fn print(&self, text: &str) -> Result<(), Failure> {
        printed(written(std::io::stdout().lock(), self.color, text))
    }

    /// Prints a diagnostic to stderr; with `--quiet`, errors only.
    fn say(&self, diagnostic: &Diagnostic) {
        if !self.quiet || diagnostic.level == presolve_text::diagnostic::Level::Error {
            let text = human::render(diagnostic) + "\n";
            // A closed stderr is not an error.
            let _ = written(std::io::stderr().lock(), self.color, &text);
        }
    }

    /// Prints a line to stderr, unless `--quiet` is set.
    fn tell(&self, line: &str) {
        if !self.quiet {
            eprint_line(&foreign::shown(line));
        }
    }
}

/// Writes styled text to a stream, which shows or drops the styles. The text is filtered like
/// all foreign text.
fn written<S: RawStream + AsLockedWrite>(
    stream: S,
    color: ColorChoice,
    text: &str,
) -> std::io::Result<()> {
    let choice = match color {
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
        ColorChoice::Auto if forces_color() => anstream::ColorChoice::Always,
        ColorChoice::Auto => AutoStream::choice(&stream),
    };
    let text = match choice {
        anstream::ColorChoice::Never => foreign::unstyled(text),
        _ => foreign::styled(text),
    };
    AutoStream::new(stream, choice).write_all(text.as_bytes())
}

/// Whether `FORCE_COLOR` asks for colours where no terminal is (<https://force-color.org>).
/// `NO_COLOR` takes precedence. The stream itself reads the other variables, such as
/// `CLICOLOR_FORCE`.
fn forces_color() -> bool {
    let is_set = |name| process::variable(name).is_some_and(|value| !value.is_empty());
    let is_off = process::variable("FORCE_COLOR").is_some_and(|value| value == "0");
    is_set("FORCE_COLOR") && !is_off && !is_set("NO_COLOR")
}

/// Prints text without styles to stdout, filtered like all foreign text.
fn print(text: &str) -> Result<(), Failure> {
    print_whole(&foreign::shown(text))
}

/// Prints a text without foreign parts, or in a format that filters them itself.
fn print_whole(text: &str) -> Result<(), Failure> {
    printed(std::io::stdout().lock().write_all(text.as_bytes()))
}

/// Ignores a closed stdout, which is not an error.
fn printed(result: std::io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let message = format!("cannot write to standard output: {error}");
            Err(Failure::input(Diagnostic::error("output", message)))
        }
        _ => Ok(()),
    }
}

/// Prints a line to stderr. A closed stderr is not an error.
fn eprint_line(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// The maximum time that a blocked thread (a name look-up, a solver past its time limit) may
/// delay the exit.
const SHUTDOWN: Duration = Duration::from_secs(1);

/// The stack of the thread that runs a command. `check` needs 4 to 6 MiB in a build without
/// optimisation (measured 2026-11-30). The main thread has 8 MiB on Linux and 1 MiB on Windows.
const STACK: usize = 64 << 20;

/// Runs the command line on a thread with a known stack, and returns the exit code.
pub fn main() -> ExitCode {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    match thread.map(JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => cannot_start(&error),
    }
}

fn cannot_start(error: &std::io::Error) -> ExitCode {
    eprint_line(&format!("error: cannot start: {error}"));
    ExitCode::from(3)
}

/// Parses the command line, runs the command, and returns the exit code.
fn run() -> ExitCode {
    guard::install();
    remember_secrets();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let output = cli.output.clone();
    human::set_width(width());
    if let Err(failure) = logging::start(output.verbose) {
        return fail(&failure, &output);
    }
    let file = cli.command.file().map(Path::to_owned);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return cannot_start(&error),
    };
    let result = runtime.block_on(guard::caught(async {
        match cli.command {
            Command::Pin(pin) => pin.run(&output).await,
            Command::Explain(explain) => explain.run(&output).await,
            Command::Check(check) => check.run(&output).await,
            Command::Outdated(outdated) => outdated.run(&output).await,
            Command::Diff(diff) => diff.run(&output).await,
            Command::Context(context) => context.run(&output).await,
            Command::Diagnose(diagnose) => diagnose.run(&output).await,
            Command::Rule(rule) => rule.run(),
            Command::Completions(completions) => completions.run(),
            Command::Man(man) => man.run(&output),
            Command::Version(version) => version.run(),
        }
    }));
    // Stops unneeded downloads: a thread that is still in the TLS library while the process
    // exits can crash it.
    runtime.shutdown_timeout(SHUTDOWN);
    let result = result.unwrap_or_else(|guard::Panicked| Err(guard::bug(file.as_deref())));
    if let Some(warning) = guard::unreported() {
        output.say(&warning);
    }
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure, &output),
    }
}

/// Returns the width of the terminal; `None` if stderr is not one. Logs of CI systems wrap long
/// lines themselves.
fn width() -> Option<usize> {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(std::io::stderr())?;
    Some(width.into())
}

/// Reports an error of the command line, or prints the requested help.
fn refuse(error: &clap::Error) -> ExitCode {
    let text = error.render().ansi().to_string();
    // The command line may contain a password. The help is presolve's own text.
    let _ = if error.use_stderr() {
        written(std::io::stderr().lock(), ColorChoice::Auto, &text)
    } else {
        AutoStream::auto(std::io::stdout().lock()).write_all(text.as_bytes())
    };
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Registers the secrets of the command line and the environment, so that they are masked
/// in messages.
fn remember_secrets() {
    secrets::remember_files();
    for argument in process::arguments() {
        secrets::remember(&argument.to_string_lossy());
    }
    for (name, value) in process::variables() {
        secrets::remember(&format!("{}={}", name.display(), value.display()));
    }
}

/// A failure that was already reported, for its exit code.
fn exit_as(kind: FailureKind) -> Failure {
    Failure {
        kind,
        diagnostics: Vec::new(),
    }
}

fn fail(failure: &Failure, output: &Output) -> ExitCode {
    for diagnostic in &failure.diagnostics {
        output.say(diagnostic);
    }
    ExitCode::from(failure.kind.exit_code())
}

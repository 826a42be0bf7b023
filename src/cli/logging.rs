//! The log lines of `-v` and `PRESOLVE_LOG` on stderr.

use std::{fmt, io, time::Instant};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{Layer, format::Writer, time::FormatTime},
    layer::SubscriberExt,
};

use super::{eprint_line, progress};
use presolve_terminal::foreign;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    process,
};

/// The variable with filter directives in the form of `RUST_LOG`:
/// `presolve_solve=debug,presolve_registry=trace`. It takes precedence over `-v`.
const VARIABLE: &str = "PRESOLVE_LOG";

/// Starts to log, if `-v` or the variable requests it.
///
/// # Errors
/// An input failure if the variable is not a list of directives.
pub(super) fn start(verbosity: u8) -> Result<(), Failure> {
    let Some(filter) = filter(verbosity)? else {
        return Ok(());
    };
    let lines = Layer::new()
        .with_timer(SinceStart(Instant::now()))
        .with_writer(|| Line);
    let subscriber = tracing_subscriber::registry().with(lines).with(filter);
    // Fails only if a subscriber is already set.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

fn filter(verbosity: u8) -> Result<Option<Targets>, Failure> {
    if let Some(directives) = process::variable(VARIABLE).filter(|text| !text.is_empty()) {
        return directives.parse().map(Some).map_err(|error| {
            let message = format!("cannot read the variable {VARIABLE}: {error}");
            let help = "write directives such as `presolve_registry=debug,presolve_solve=trace`";
            Failure::input(Diagnostic::error("bad-log-filter", message).help(help))
        });
    }
    let level = match verbosity {
        0 => return Ok(None),
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    // The names of presolve's crates begin with `presolve`. Only the variable logs libraries.
    Ok(Some(Targets::new().with_target("presolve", level)))
}

/// The seconds since the start.
struct SinceStart(Instant);

impl FormatTime for SinceStart {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{:8.3}s", self.0.elapsed().as_secs_f64())
    }
}

/// Writes an event as one line, above the progress display. The layer passes each event in one
/// call.
struct Line;

impl io::Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        // A line break in a value must not start a new log line.
        let line = text.trim_end().replace('\n', "␊");
        progress::suspend(|| eprint_line(&foreign::shown(&line)));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Catches panics of other libraries.
//!
//! A panic in a guarded call is an error of that call and prints nothing. Any other panic is a
//! bug in presolve: [`install`] keeps its message and backtrace off the terminal and stores
//! its location for the diagnostic of [`bug`].

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Mutex, Once, PoisonError},
    task::Poll,
};

use futures::FutureExt;

use presolve_text::diagnostic::{Diagnostic, Failure};

/// Name of the diagnostic for a bug in presolve.
pub const BUG: &str = "internal-error";

/// Help that asks for a bug report.
const REPORT: &str = "report it to the maintainers of presolve, with this message, the version \
     (`presolve --version`) and, if you may share it, the file";

/// Maximum number of panic locations in a report.
const KEPT: usize = 8;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Locations of panics outside guarded calls, as `file:line`.
static PLACES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Error of a guarded call that panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the library that reads it failed")]
pub struct Panicked;

/// Runs a parser of another library.
///
/// # Errors
/// [`Panicked`] if it panics.
pub fn guarded<T>(parse: impl FnOnce() -> T) -> Result<T, Panicked> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(parse));
    GUARDED.set(outer);
    result.map_err(|_| Panicked)
}

/// Like [`guarded`], for an asynchronous parser.
///
/// # Errors
/// [`Panicked`] if it panics.
pub async fn guarded_future<T>(parse: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut parse = std::pin::pin!(parse);
    std::future::poll_fn(|context| match guarded(|| parse.as_mut().poll(context)) {
        Ok(Poll::Ready(read)) => Poll::Ready(Ok(read)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(panicked) => Poll::Ready(Err(panicked)),
    })
    .await
}

/// Awaits a part of the run, so that its panics end only that part.
///
/// # Errors
/// [`Panicked`] if it panics; [`bug`] then provides the diagnostic.
pub async fn caught<T>(part: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(part)
        .catch_unwind()
        .await
        .map_err(|_| Panicked)
}

/// Installs a panic hook that prints nothing, for the rest of the process.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            if GUARDED.get() {
                return;
            }
            let place = panic.location().map_or_else(String::new, |place| {
                format!("{}:{}", short(place.file()), place.line())
            });
            let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
            if places.len() < KEPT {
                places.push(place);
            }
        }));
    });
}

/// Removes the folders of the build machine from the path of a source file.
fn short(file: &str) -> &str {
    let registry = file.split_once("/registry/src/");
    registry.map_or(file, |(_, rest)| {
        rest.split_once('/').map_or(rest, |(_, path)| path)
    })
}

/// Takes the panic locations since the last call, so that each bug is reported once.
fn places() -> Vec<String> {
    let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    let mut places = std::mem::take(&mut *places);
    places.dedup();
    places
}

/// The diagnostic for panics that no caller awaited; `None` if there were none.
pub fn unreported() -> Option<Diagnostic> {
    let places = places();
    (!places.is_empty()).then(|| {
        let message =
            "part of presolve failed: this is a bug in presolve or in a library that it uses";
        Diagnostic::warning(BUG, message)
            .note(format!("it stopped at {}", places.join(", ")))
            .help(REPORT)
    })
}

/// The failure for a panic that ended a part of the run.
pub fn bug(file: Option<&Path>) -> Failure {
    let places = places();
    let message = match file {
        Some(file) => format!(
            "presolve failed on `{}`: this is a bug in presolve",
            file.display()
        ),
        None => "presolve failed: this is a bug in presolve".to_owned(),
    };
    let mut error = Diagnostic::error(BUG, message);
    if !places.is_empty() {
        error = error.note(format!("it stopped at {}", places.join(", ")));
    }
    Failure::undecided(error.help(REPORT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_guarded_call_is_an_error() {
        assert_eq!(guarded(|| 1), Ok(1));
        assert_eq!(guarded(|| "é"[..1].len()), Err(Panicked));
        assert!(!GUARDED.get());
    }

    #[test]
    fn places_show_no_folder_of_the_machine_that_built() {
        let file = "/home/x/.cargo/registry/src/index-1a2b/pep508_rs-0.9.2/src/lib.rs";
        assert_eq!(short(file), "pep508_rs-0.9.2/src/lib.rs");
        assert_eq!(short("src/cli.rs"), "src/cli.rs");
    }
}

//! Requirements that the shell reads as redirections: `pip install numpy>=1.2` installs any
//! numpy, and writes its output into the file `=1.2`.

use std::ops::Range;

use super::script::Invocation;
use crate::codes;
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    secrets::redact,
};

/// The name of the diagnostic for such a requirement.
pub const NAME: &str = codes::BARE_REDIRECTION;

/// Returns the ranges of a command's requirements that the shell reads as redirections.
pub fn of(command: &Invocation) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for redirection in &command.redirections {
        let operator = &redirection.operator;
        let target = redirection.target.literal().unwrap_or_default();
        if let Some(last) = found.last_mut().filter(|last| last.end == operator.start) {
            last.end = redirection.target.span.end;
            continue;
        }
        let mut words = command.words.iter().rev();
        let before = words.find(|word| word.span.end <= operator.start);
        let Some(before) = before else { continue };
        let is_glued =
            before.span.end == operator.start && operator.end == redirection.target.span.start;
        let is_version = target.starts_with('=')
            || (is_glued && target.starts_with(|c: char| c.is_ascii_digit()));
        if is_version && operator.len() == 1 {
            found.push(before.span.start..redirection.target.span.end);
        }
    }
    found
}

/// The error for one such requirement.
pub fn error(at: Location) -> Diagnostic {
    let quoted = format!("write `'{}'`", redact(at.text()));
    Diagnostic::error(NAME, "the shell reads this requirement as a redirection")
        .at(at, "not quoted")
        .note("with `>` the version becomes the name of a file, and any version is installed; with `<` the build fails")
        .help(quoted)
}

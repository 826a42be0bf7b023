//! How findings look: one writer per format over the same
//! [`Diagnostic`](presolve_text::diagnostic::Diagnostic)s.

#![warn(missing_docs)]

pub mod diagnosis;
pub mod diff;
pub mod explanation;
pub mod findings;
mod sarif;
pub mod shell;
pub mod why;

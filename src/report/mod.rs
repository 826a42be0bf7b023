//! How findings look: one writer per format over the same
//! [`Diagnostic`](crate::diagnostic::Diagnostic)s.

pub mod cost;
pub mod diagnosis;
pub mod diff;
pub mod explanation;
pub mod findings;
pub mod foreign;
pub mod human;
pub mod notices;
mod sarif;
pub mod shell;
pub mod unsolvable;
pub mod why;

//! Reports in every format: text for people, JSON, SARIF, HTML, and commands of CI runners.
//!
//! In: findings, explanations and diagnoses. Out: text. The types of the published JSON formats
//! mirror the domain types and exist only here. This crate must never decide anything: it
//! renders results, with the sentences of `presolve-words`.

pub mod changes;
pub mod diagnosis;
pub mod diff;
pub mod explanation;
pub mod findings;
pub mod outdated;
pub mod rules;
mod sarif;
pub mod shell;
pub mod version;
pub mod why;

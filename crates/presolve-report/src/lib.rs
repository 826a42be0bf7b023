//! Answers in every format: text for people, JSON, SARIF, HTML, and commands of CI runners.
//!
//! In: findings, explanations and diagnoses. Out: text. The published JSON schemas are mirrors
//! of the domain's types and live here alone. This crate must never decide anything: it draws
//! what others found, in words that `presolve-words` has.

pub mod diagnosis;
pub mod diff;
pub mod explanation;
pub mod findings;
mod sarif;
pub mod shell;
pub mod why;

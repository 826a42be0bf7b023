//! What reaches a terminal or a log.
//!
//! In: diagnostics, and text that others wrote. Out: text that a terminal and a CI runner cannot
//! be steered with: [`human`] draws diagnostics with their lines, [`foreign`] is the filter that
//! every foreign text goes through. This crate must never know what a diagnostic is about.

pub mod foreign;
pub mod human;

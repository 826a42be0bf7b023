//! Output to a terminal or a log.
//!
//! In: diagnostics and foreign text. Out: text that cannot control a terminal or a CI runner.
//! [`human`] renders diagnostics with their source lines, and [`log`] messages with lines of a
//! log; [`foreign`] filters all foreign text.
//! This crate must never know what a diagnostic is about.

mod excerpt;
pub mod foreign;
pub mod human;
pub mod log;

//! Output to a terminal or a log.
//!
//! In: diagnostics and foreign text. Out: text that cannot control a terminal or a CI runner.
//! [`human`] renders diagnostics with their source lines, [`log`] renders messages with log
//! lines, and [`foreign`] filters all foreign text. This crate must not depend on the subjects
//! of the diagnostics.

mod excerpt;
pub mod foreign;
pub mod human;
pub mod log;
mod wrap;

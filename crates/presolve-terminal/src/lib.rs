//! Output to a terminal or a log.
//!
//! In: diagnostics and foreign text. Out: text that cannot control a terminal or a CI runner.
//! [`human`] renders diagnostics with their source lines; [`foreign`] filters all foreign text.
//! This crate must never know what a diagnostic is about.

mod excerpt;
pub mod foreign;
pub mod human;

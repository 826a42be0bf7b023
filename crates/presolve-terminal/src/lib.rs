//! What reaches a terminal or a log: diagnostics with the lines that they are about, and the
//! filter that every text of a stranger goes through.

#![warn(missing_docs)]

pub mod foreign;
pub mod human;

//! Text with places, and what is said of it: files in, diagnostics out.
//!
//! ```text
//! source      a file as it is on disk, decoded, with lines and columns
//! diagnostic  one thing to say to the user, and the failure that ends a run
//! secrets     what must never be shown
//! files       reads and replaces files of this machine, within limits
//! process     the variables, arguments and working folder of the process
//! ```
//!
//! This crate must never know a package, a channel, an index or a format of files.

pub mod diagnostic;
pub mod files;
pub mod process;
pub mod secrets;
pub mod source;

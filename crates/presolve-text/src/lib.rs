//! Text with locations, and diagnostics about it.
//!
//! ```text
//! source      a file as it is on disk, decoded, with lines and columns
//! diagnostic  one message to the user, and the failure that ends a run
//! secrets     finds and masks what must never be shown
//! files       reads and replaces files of this machine, within limits
//! process     the variables, arguments and working folder of the process
//! ```
//!
//! This crate must not depend on packages, channels, indexes or file formats.

pub mod diagnostic;
pub mod files;
pub mod process;
pub mod secrets;
pub mod source;
pub mod variables;

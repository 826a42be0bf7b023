//! Files of this machine. Only this module opens, limits and replaces them.
//!
//! ```text
//! read       regular files only, up to a limit
//! fence      limits the files that another file may name
//! write      replaces the text of a file atomically
//! metadata   owner, group, mode and extended attributes of the file that is replaced
//! plain      paths without `..`
//! stand_in   standard input in place of a file
//! leftovers  temporary files that a killed run left behind
//! ```
//!
//! The download caches have their own rules, because they are not files of the user.

pub mod fence;
mod leftovers;
mod metadata;
mod plain;
pub mod read;
mod shown;
mod stand_in;
pub mod write;

pub use fence::{Fence, Fences};
pub use plain::plain_path;
pub use read::{LOG_LIMIT, ReadError, TEXT_LIMIT, read};
pub use shown::shown_path;
pub use stand_in::{stand_in, stdin_stands_for};
pub use write::{Protected, write, write_all};

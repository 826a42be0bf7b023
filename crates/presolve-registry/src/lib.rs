//! What channels and indexes have: URLs in, records, releases and metadata out.
//!
//! ```text
//! network  one client, one cache, one policy of retries and limits
//! conda    channels, repodata, virtual packages, the mapping of names
//! pypi     projects, distributions, metadata, wheel tags
//! memo     answers that several tasks wait for at once
//! ```
//!
//! This crate must never know a problem that is solved, or how anything is shown.

pub mod conda;
pub mod memo;
pub mod network;
pub mod pypi;

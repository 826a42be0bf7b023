//! Access to channels and indexes: URLs in, records, releases and metadata out.
//!
//! ```text
//! network  one client, one cache, one policy of retries and limits
//! conda    channels, repodata, virtual packages, the mapping of names
//! pypi     projects, distributions, metadata, wheel tags
//! images   registries of images: whether they have a name and a tag
//! memo     answers that several tasks wait for at once
//! ```
//!
//! This crate must not depend on the solver or on the output.

pub mod conda;
pub mod images;
pub mod memo;
pub mod network;
pub mod pypi;

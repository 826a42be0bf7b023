//! What channels and indexes have, as data: records, releases, metadata, wheel tags.
//!
//! In: texts of metadata and names of files. Out: types that the solver reads, and the errors of
//! channels and indexes. This crate must
//! never fetch anything, and never know who asks.

pub mod conda;
pub mod error;
pub mod pypi;

//! Data of channels and indexes: records, releases, metadata, wheel tags.
//!
//! In: metadata texts and file names. Out: types for the solver, and the errors of channels
//! and indexes. This crate must not fetch anything, and must not depend on its callers.

pub mod conda;
pub mod cut_offs;
pub mod error;
pub mod intended;
pub mod pypi;

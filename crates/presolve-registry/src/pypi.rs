//! Access to PyPI indexes: pages, metadata, source distributions and advisories.

pub mod advisories;
pub mod client;
pub mod index;
pub mod osv;
mod pages;
pub mod popular;
pub mod sdist;
pub mod session;
pub mod wheel;

//! PyPI: what an index has, what a distribution requires, and on which Python
//! and platform it can be installed.

pub mod advisories;
pub mod client;
pub mod index;
pub mod sdist;
pub mod session;
pub mod wheel;

//! Access to conda channels: repodata, virtual packages, packages that pip cannot uninstall,
//! and the names that conda packages have on PyPI.

pub mod channels;
pub mod error;
pub mod names;
pub mod repodata;
pub mod uninstallable;
pub mod virtual_packages;

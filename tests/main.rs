//! All integration tests in one binary: the crates below take long to link.

mod joint;
mod oracle;
mod world;

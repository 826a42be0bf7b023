//! presolve checks a conda environment file and its pip list before an image build: it
//! fetches repodata and PyPI metadata, and solves conda and pip as one SAT problem.
//!
//! The crates below `crates/` do the work, each with one task. This crate contains the command
//! line ([`cli`]).

pub mod cli;

pub use presolve_check as check;
pub use presolve_check::rules;
pub use presolve_config as config;
pub use presolve_diagnose as diagnose;
pub use presolve_explain as explain;
pub use presolve_input as input;
pub use presolve_input::{azure, docker};
pub use presolve_lock as lock;
pub use presolve_packages as packages;
pub use presolve_parse as parse;
pub use presolve_registry::{conda, network, pypi};
pub use presolve_report as report;
pub use presolve_resolve as resolve;
pub use presolve_solve as problem;
pub use presolve_spec as spec;
pub use presolve_target as target;
pub use presolve_terminal as terminal;
pub use presolve_text::{diagnostic, files, process, secrets, source};
pub use presolve_words as words;

//! presolve answers before the image build does: it reads a conda spec with its
//! nested pip list, fetches repodata and PyPI metadata, and solves both halves
//! as one SAT problem.
//!
//! The modules stand in the order in which the data goes through them:
//! [`spec`] reads the file, [`azure`] finds the spec in an Azure ML environment,
//! [`config`] says where channels and indexes are,
//! [`conda`] and [`pypi`] fetch what exists, [`problem`] solves, [`explain`]
//! says why there is no solution and what would mend it, [`spec::pin`] writes the
//! answer back, [`lock`] writes it in the formats of other tools, [`check`] finds the
//! bad patterns that are [`rules`], [`diagnose`] names what broke a build by its log,
//! [`report`] says it all, and [`cli`] ties it together. All of them read and write files
//! through [`files`].

#![deny(missing_docs)]

pub mod azure;
pub mod check;
pub mod cli;
pub mod conda;
pub mod config;
pub mod diagnose;
pub mod diagnostic;
pub mod docker;
pub mod explain;
pub mod files;
pub mod input;
pub mod lock;
pub(crate) mod memo;
pub mod network;
pub mod parse;
pub mod problem;
pub mod process;
pub mod pypi;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod secrets;
pub mod source;
pub mod spec;
pub mod target;
pub mod terminal;
pub mod words;

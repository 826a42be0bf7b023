//! The joint problem: conda records and PyPI releases as candidates of one SAT problem.
//!
//! In: a [`Problem`]. Out: a [`Solution`] that an independent walk (`verify`) has checked, a
//! [`Conflict`] that names the declared lines that cannot hold together, or a [`SolveError`]. This crate must never
//! know a file of the user, a flag of the command line, or an async runtime.

pub mod askers;
pub mod conflict;
mod corrections;
mod encode;
mod legacy;
mod model;
mod search;
mod verify;

pub use conflict::{Conflict, Missing};
pub use encode::{
    conda::depends_on, pool::ProvidedCandidate, pythons as python, record_spec::RecordSpec,
};
pub use model::{
    Declared, DeclaredKind, PipPolicy, Preferences, PreferredRecord, Problem, World,
    error::SolveError,
    solution::{Clash, Opaque, PypiPackage, Solution},
};
pub use search::{explain, explain_all, leaks::specifiers, solve};

use search::reading::{Reading, Sources, Unasked};

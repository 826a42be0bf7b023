//! The joint problem: conda records and PyPI releases as candidates of one SAT problem.
//!
//! In: a [`Problem`]. Out: a [`Solution`] that an independent walk (`verify`) has checked, a
//! [`Conflict`] that names the declared lines that cannot hold together, or a [`SolveError`]. This crate must never
//! know a file of the user, a flag of the command line, or an async runtime.

pub mod askers;
mod attempt;
pub mod conflict;
mod corrections;
mod decode;
mod encode;
mod legacy;
mod model;
mod search;
mod verify;

pub use conflict::{Conflict, Missing};
pub use corrections::Corrections;
pub use encode::RecordSpec;
pub use model::{
    Declared, DeclaredKind, PipPolicy, Preferences, PreferredRecord, Problem, World,
    error::SolveError,
    python,
    record::depends_on,
    solution::{Clash, Opaque, ProvidedCandidate, PypiPackage, Solution},
    specifiers::specifiers,
};
pub use search::{explain, explain_all, solve};

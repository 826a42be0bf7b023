//! The joint problem: conda records and PyPI releases as candidates of one SAT problem.
//!
//! In: a [`Problem`]. Out: a [`Solution`] that an independent walk (`verify`) has checked, a
//! [`Conflict`] that names the declared lines that cannot hold together, or a [`SolveError`].
//! This crate must never know a file of the user, a flag of the command line, a sentence for
//! people, or an async runtime.
//!
//! Each module uses only those below it:
//!
//! - `corrections`: which lines have to change,
//! - `search`: a solution or the conflicts, by readings from the strict to the lenient,
//! - `legacy`: what a pip before 20.3 installs,
//! - `conflict`: why an attempt has no solution,
//! - `attempt` and `decode`: one encoding with its solver, and the solution from its choice,
//! - `encode`: the clauses; its comment derives them,
//! - `sat`: a second solver, for many questions to one encoding,
//! - `verify` and `askers`: a solution, checked and explained without the encoding,
//! - `model`: the input and the output.

pub mod askers;
mod attempt;
pub mod conflict;
mod corrections;
mod decode;
mod encode;
mod legacy;
mod model;
mod sat;
mod search;
mod verify;

pub use conflict::{Conflict, Missing};
pub use corrections::Corrections;
pub use model::{
    CutOff, Declared, DeclaredKind, PipPolicy, Preferences, PreferredRecord, Problem, World,
    error::{RequirementError, SolveError, SpecError},
    python,
    ratings::SharedRatings,
    record::{date, depends_on},
    record_facts::RecordFacts,
    record_spec::RecordSpec,
    solution::{Clash, Opaque, ProvidedCandidate, PypiPackage, Solution},
    specifiers::specifiers,
};
pub use search::{explain, explain_all, solve};

//! The sentences of presolve. In: results of the solver and of `explain`. Out: sentences. This
//! crate does not know how they are rendered.
//!
//! ```text
//! notices     facts about a solution: builds, overwritten files, versions of pip
//! unsolvable  why there is no solution
//! cost        the predicted cost of conda's classic solver
//! errors      why there is no result
//! edits       changes of the file in words
//! places      the lines of the file that a change affects
//! virtual     how to give a virtual package
//! ```

pub mod codes;
pub mod cost;
pub mod edits;
pub mod errors;
pub mod notices;
pub mod places;
pub mod unsolvable;
mod virtual_packages;

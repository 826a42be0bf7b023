//! What presolve says of answers: results of the solver and of `explain` in, sentences out.
//! How they are drawn is not known here.
//!
//! ```text
//! notices     what is worth knowing of a solution: builds, overwritten files, pip's versions
//! unsolvable  why there is no solution
//! cost        what conda's classic solver would take
//! edits       a change of the file in words
//! places      the lines of the file that a change is about
//! ```

pub mod cost;
pub mod edits;
pub mod notices;
pub mod places;
pub mod unsolvable;

//! presolve against servers that break: `docs/faults.md` has the matrix, and says how to
//! run it.

mod bombs;
mod break_it;
mod cache;
mod cell;
mod content;
mod expect;
mod fault;
mod limits;
mod matrix;
mod server;
mod site;

//! Explanations: why a spec cannot be solved, and what it costs others to solve it.

pub mod cost;

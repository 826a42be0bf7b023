use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "needs-mpi",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("needs_mpi.md"),
};

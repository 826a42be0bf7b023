use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "classic-solver-limit",
    level: Level::Warning,
    by_default: false,
    finder: Finder::Solving,
    text: include_str!("classic_solver_limit.md"),
};

use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "overlapping-distributions",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("overlapping_distributions.md"),
};

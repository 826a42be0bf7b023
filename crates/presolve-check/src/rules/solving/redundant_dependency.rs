use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "redundant-dependency",
    level: Level::Note,
    by_default: false,
    finder: Finder::Solving,
    text: include_str!("redundant_dependency.md"),
};

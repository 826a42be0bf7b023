use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "assumed-requirements",
    level: Level::Note,
    by_default: false,
    finder: Finder::Solving,
    text: include_str!("assumed_requirements.md"),
};

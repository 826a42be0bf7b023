use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_words::codes::ASSUMED_REQUIREMENTS,
    level: Level::Note,
    by_default: false,
    finder: Finder::Solving,
    text: include_str!("assumed_requirements.md"),
};

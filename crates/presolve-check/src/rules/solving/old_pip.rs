use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_words::codes::OLD_PIP,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("old_pip.md"),
};

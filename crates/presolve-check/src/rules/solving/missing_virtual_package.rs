use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_words::codes::MISSING_VIRTUAL_PACKAGE,
    level: Level::Error,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("missing_virtual_package.md"),
};

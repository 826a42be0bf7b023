use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: presolve_words::codes::NEEDS_COMPILER,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("needs_compiler.md"),
};

use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: presolve_words::codes::GONE_BUILDS,
    level: Level::Error,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("gone_builds.md"),
};

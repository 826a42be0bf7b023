use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "unknown-requirements",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("unknown_requirements.md"),
};

use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "legacy-resolver",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("legacy_resolver.md"),
};

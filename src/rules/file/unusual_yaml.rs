use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "unusual-yaml",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("unusual_yaml.md"),
};

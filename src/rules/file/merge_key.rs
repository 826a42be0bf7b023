use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "merge-key",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("merge_key.md"),
};

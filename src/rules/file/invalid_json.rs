use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "invalid-json",
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("invalid_json.md"),
};

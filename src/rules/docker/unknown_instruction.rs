use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "unknown-instruction",
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("unknown_instruction.md"),
};

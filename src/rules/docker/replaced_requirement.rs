use crate::{
    diagnostic::Level,
    docker::sequence::REPLACED,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: REPLACED,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("replaced_requirement.md"),
};

use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "several-pip-lists",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("several_pip_lists.md"),
};

use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "bad-pip-option",
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("bad_pip_option.md"),
};

use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "dockerfile-syntax",
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("dockerfile_syntax.md"),
};

use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "assumed-requirements",
    level: Level::Note,
    by_default: false,
    finder: Finder::Solving,
    text: include_str!("assumed_requirements.md"),
};

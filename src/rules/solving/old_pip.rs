use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "old-pip",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("old_pip.md"),
};

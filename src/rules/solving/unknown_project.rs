use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "unknown-project",
    level: Level::Error,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("unknown_project.md"),
};

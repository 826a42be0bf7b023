use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "source-build",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("source_build.md"),
};

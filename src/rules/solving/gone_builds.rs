use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(crate) static RULE: Rule = Rule {
    name: "gone-builds",
    level: Level::Error,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("gone_builds.md"),
};

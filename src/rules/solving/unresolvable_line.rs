use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "unresolvable-line",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("unresolvable_line.md"),
};

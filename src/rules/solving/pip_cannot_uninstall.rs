use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "pip-cannot-uninstall",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("pip_cannot_uninstall.md"),
};

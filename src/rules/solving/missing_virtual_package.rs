use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "missing-virtual-package",
    level: Level::Error,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("missing_virtual_package.md"),
};

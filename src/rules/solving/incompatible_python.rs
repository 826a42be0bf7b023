use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(crate) static RULE: Rule = Rule {
    name: "incompatible-python",
    level: Level::Error,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("incompatible_python.md"),
};

use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "gone-builds",
    level: Level::Error,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("gone_builds.md"),
};

use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "outdated-pin",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("outdated_pin.md"),
};

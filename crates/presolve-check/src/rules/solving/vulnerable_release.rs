use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "vulnerable-release",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Index,
    text: include_str!("vulnerable_release.md"),
};

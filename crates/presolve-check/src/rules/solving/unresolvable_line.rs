use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unresolvable-line",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("unresolvable_line.md"),
};

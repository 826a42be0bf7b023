use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "unsolvable",
    level: Level::Error,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("unsolvable.md"),
};

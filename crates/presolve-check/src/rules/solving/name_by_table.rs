use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_words::codes::NAME_BY_TABLE,
    level: Level::Note,
    by_default: false,
    finder: Finder::Solving,
    text: include_str!("name_by_table.md"),
};

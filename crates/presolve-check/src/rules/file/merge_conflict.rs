use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::MERGE_CONFLICT,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_, _| None),
    text: include_str!("merge_conflict.md"),
};

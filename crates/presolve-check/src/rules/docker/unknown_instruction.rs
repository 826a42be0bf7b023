use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::UNKNOWN_INSTRUCTION,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_, _| None),
    text: include_str!("unknown_instruction.md"),
};

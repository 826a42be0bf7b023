use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::DOCKERFILE_SYNTAX,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_, _| None),
    text: include_str!("dockerfile_syntax.md"),
};

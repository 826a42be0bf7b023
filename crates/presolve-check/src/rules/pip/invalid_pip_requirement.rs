use super::write_intended;
use crate::rules::{Finder, Rule, Safety};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::INVALID_PIP_REQUIREMENT,
    level: Level::Error,
    by_default: true,
    // pip refuses the line, so a replacement with its clear meaning is safe.
    finder: Finder::Reading(|refused, _| write_intended(refused, Safety::Safe)),
    text: include_str!("invalid_pip_requirement.md"),
};

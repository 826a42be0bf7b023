use presolve_input::docker::sequence::REPLACED;

use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: REPLACED,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|_, _| None),
    text: include_str!("replaced_requirement.md"),
};

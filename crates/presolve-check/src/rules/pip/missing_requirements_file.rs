use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::MISSING_REQUIREMENTS_FILE,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_, _| None),
    text: include_str!("missing_requirements_file.md"),
};

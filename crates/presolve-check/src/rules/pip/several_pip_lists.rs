use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::SEVERAL_PIP_LISTS,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|_, _| None),
    text: include_str!("several_pip_lists.md"),
};

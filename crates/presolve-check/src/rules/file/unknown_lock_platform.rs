use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::UNKNOWN_LOCK_PLATFORM,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|_, _| None),
    text: include_str!("unknown_lock_platform.md"),
};

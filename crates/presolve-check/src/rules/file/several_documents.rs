use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::SEVERAL_DOCUMENTS,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_, _| None),
    text: include_str!("several_documents.md"),
};

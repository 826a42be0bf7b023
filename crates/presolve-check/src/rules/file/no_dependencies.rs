use super::rename;
use crate::rules::{Finder, Rule, TextFix};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::NO_DEPENDENCIES,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("no_dependencies.md"),
};

/// Corrects a misspelt key.
fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    rename(&diagnostic.labels.first()?.location)
}

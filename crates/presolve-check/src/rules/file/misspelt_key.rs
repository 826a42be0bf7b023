use super::rename;
use crate::rules::{Finder, Rule, TextFix};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::MISSPELT_KEY,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("misspelt_key.md"),
};

fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    rename(&diagnostic.labels.first()?.location)
}

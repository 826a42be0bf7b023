use super::write_intended;
use crate::rules::{Finder, Rule, Safety, TextFix};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::SINGLE_EQUALS,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("single_equals.md"),
};

/// pip itself asks "Did you mean == ?". The fix drops a build after the version.
fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    let text = diagnostic.labels.first()?.location.text();
    let body = text.split(';').next().unwrap_or(text);
    let safety = match body.matches('=').count() {
        1 => Safety::Safe,
        _ => Safety::Unsafe,
    };
    write_intended(diagnostic, safety)
}

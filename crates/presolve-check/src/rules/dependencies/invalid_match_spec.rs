use crate::rules::{Finder, Rule, Safety, TextFix};
use presolve_spec::{list, match_spec};
use presolve_text::{
    diagnostic::{Diagnostic, Level},
    secrets::redact,
};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::INVALID_MATCH_SPEC,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("invalid_match_spec.md"),
};

/// conda refuses the line, so a replacement with its clear meaning is safe.
pub(crate) fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let text: String = yaml_serde::from_str(at.text()).ok()?;
    let meant = match_spec::intended(&text)?;
    let scalar = list::scalar(at.text(), &meant);
    Some(TextFix::replace(
        format!("write `{}`", redact(&meant)),
        Safety::Safe,
        at,
        scalar,
    ))
}

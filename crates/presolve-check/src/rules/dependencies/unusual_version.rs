use crate::rules::{Finder, Rule, Safety, TextFix};
use presolve_spec::{list, match_spec, versions};
use presolve_text::{
    diagnostic::{Diagnostic, Level},
    secrets::redact,
};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::UNUSUAL_VERSION,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("unusual_version.md"),
};

/// No release has the version, so the spec that was clearly meant is safe.
pub(crate) fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let text: String = yaml_serde::from_str(at.text()).ok()?;
    let spec = match_spec::parse(&text).ok()?;
    let meant = versions::unusual(&spec, &text)?.meant?;
    let title = format!("write `{}`", redact(&meant));
    let scalar = list::scalar(at.text(), &meant);
    Some(TextFix::replace(title, Safety::Safe, at, scalar))
}

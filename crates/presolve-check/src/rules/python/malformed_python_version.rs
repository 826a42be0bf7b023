use crate::rules::{
    Finder, Rule, Safety, TextFix,
    dependencies::{invalid_match_spec, unusual_version},
};
use presolve_spec::match_spec;
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::MALFORMED_PYTHON_VERSION,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|met, _| {
        let fix = fix(met).or_else(|| unusual_version::fix(met));
        fix.or_else(|| invalid_match_spec::fix(met))
    }),
    text: include_str!("malformed_python_version.md"),
};

/// Swaps the characters of `=>` and `=<`, which can only mean one thing.
fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let mended = at.text().replace("=>", ">=").replace("=<", "<=");
    let text = mended.trim_matches(['\'', '"']);
    let is_mended = mended != at.text() && match_spec::parse(text).is_ok();
    is_mended.then(|| TextFix::replace("reverse the operator", Safety::Safe, at, mended))
}

use crate::rules::{Finder, Parsed, Rule, Safety, TextFix};
use presolve_spec::change::Change;
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::PIP_NOT_DECLARED,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("pip_not_declared.md"),
};

/// conda adds `pip` itself, so the fix does not change the environment.
fn fix(_: &Diagnostic, parsed: &Parsed<'_>) -> Option<TextFix> {
    let change = Change::AddConda("pip".to_owned());
    TextFix::of_changes("add `pip`", Safety::Safe, parsed.environment?, &[change])
}

use crate::rules::{Finder, Fix, Rule, Safety};
use presolve_spec::{change::Change, host::Host};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: "pip-not-declared",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("pip_not_declared.md"),
};

/// conda adds `pip` by itself, so the file means the same with it.
fn fix(diagnostic: &Diagnostic, host: &dyn Host) -> Option<Fix> {
    let source = &diagnostic.labels.first()?.location.file;
    let environment = host.read(source, &[]).complete().ok()?;
    let change = Change::AddConda("pip".to_owned());
    Fix::of_changes("add `pip`", Safety::Safe, &environment, &[change])
}

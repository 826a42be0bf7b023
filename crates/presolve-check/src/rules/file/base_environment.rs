use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "base-environment",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("base_environment.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let name = subject.environment.name.as_ref();
    // `RESERVED_ENV_NAMES` in conda/base/constants.py.
    let reserved = name.filter(|name| matches!(name.value.as_str(), "base" | "root"));
    let findings = reserved.map(|name| {
        let message = format!("the file is for conda's own environment, `{}`", name.value);
        RULE.finding(
            name.location.clone(),
            "conda itself is installed there",
            message,
        )
        .help("give the environment its own name")
    });
    findings.into_iter().collect()
}

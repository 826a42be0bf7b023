use super::freedom::{self, Declared, Freedom};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "ranged-dependency",
    level: Level::Note,
    by_default: false,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("ranged_dependency.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = freedom::declared(subject.environment);
    let lines = lines.filter(|line| line.freedom == Freedom::Ranged);
    lines.map(|line| finding(&line)).collect()
}

fn finding(line: &Declared<'_>) -> Finding {
    RULE.finding(
        line.location.clone(),
        "matches several versions",
        format!("`{}` allows several versions", redact(line.text)),
    )
    .help("write versions that work together with `presolve pin`")
}

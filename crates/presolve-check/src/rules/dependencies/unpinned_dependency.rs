use super::freedom::{self, Declared, Freedom};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "unpinned-dependency",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("unpinned_dependency.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = freedom::declared(subject.environment);
    let lines = lines.filter(|line| line.freedom == Freedom::Any);
    lines.map(|line| finding(&line)).collect()
}

fn finding(line: &Declared<'_>) -> Finding {
    RULE.finding(
        line.location.clone(),
        "any version",
        format!("`{}` does not set a version", redact(line.text)),
    )
    .help("write versions that work together with `presolve pin`")
}

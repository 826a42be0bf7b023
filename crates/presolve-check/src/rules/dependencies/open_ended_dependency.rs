use super::freedom::{self, Declared, Freedom};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "open-ended-dependency",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("open_ended_dependency.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = freedom::declared(subject.environment);
    let lines = lines.filter(|line| line.freedom == Freedom::OpenEnded);
    lines.map(|line| finding(&line)).collect()
}

fn finding(line: &Declared<'_>) -> Finding {
    RULE.finding(
        line.location.clone(),
        "also matches every future release",
        format!("`{}` has no upper bound", redact(line.text)),
    )
    .help("write versions that work together with `presolve pin`")
}

use std::sync::Arc;

use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "unusual-encoding",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("unusual_encoding.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let file = &subject.environment.source;
    let findings = file.unusual_encoding().map(|encoding| {
        let start = Location {
            file: Arc::clone(file),
            span: 0..0,
        };
        RULE.finding(start, "", format!("the file is {encoding}"))
            .note("conda reads it, but `grep`, `sed`, git's diff and other YAML parsers may not")
            .help("save it as UTF-8 without a byte order mark")
    });
    findings.into_iter().collect()
}

use crate::rules::{Finder, Finding, Rule, Subject};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unusual-encoding",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(find),
    text: include_str!("unusual_encoding.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let encoding = subject.tree.source().unusual_encoding();
    let findings = encoding.map(|encoding| {
        RULE.finding(subject.tree.at(0..0), "", format!("the file is {encoding}"))
            .note("conda reads it, but `grep`, `sed`, git's diff and other YAML parsers may not")
            .help("save it as UTF-8 without a byte order mark")
    });
    findings.into_iter().collect()
}

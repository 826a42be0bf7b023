use super::declared;
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_spec::{change::Change, selector};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "several-pythons",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("several_pythons.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let mut lines = declared(subject).filter(|line| !selector::is_conditional(&line.location));
    let Some(first) = lines.next() else {
        return Vec::new();
    };
    let findings = lines.enumerate().map(|(index, line)| {
        let at = line.location.clone();
        let is_same = line.text == first.text && index < TextFix::MOST;
        let fix = is_same.then(|| {
            let change = Change::Remove { at: at.clone() };
            TextFix::of_changes("remove it", Safety::Safe, subject.environment, &[change])
        });
        // The service refuses to register the environment; conda tries to satisfy both lines.
        let level = if subject.in_definition {
            Level::Error
        } else {
            RULE.level
        };
        RULE.finding(at, "again", "`python` is listed twice")
            .level(level)
            .related(first.location.clone(), "first listed here")
            .note("conda looks for a version that satisfies both lines")
            .help("keep the line with the version that the code was tested with")
            .fix(fix.flatten())
    });
    findings.collect()
}

use super::{known_as, listed, remove};
use crate::rules::{Finder, Finding, Requirements, Rule, Safety};
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-channel",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("duplicate_channel.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let channels = listed(subject);
    let mut findings = Vec::new();
    for (index, channel) in channels.iter().enumerate() {
        let name = known_as(&channel.value);
        let mut before = channels[..index].iter();
        let Some(first) = before.find(|first| known_as(&first.value) == name) else {
            continue;
        };
        let at = &channel.location;
        let finding = RULE
            .finding(
                at.clone(),
                "again",
                format!("the channel `{}` is listed twice", redact(name)),
            )
            .related(first.location.clone(), "first listed here")
            .help("remove it; the first one sets the priority")
            .fix(remove("remove the line", Safety::Safe, &[at]));
        findings.push(finding);
    }
    findings
}

use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "pip-not-pinned",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("pip_not_pinned.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    if environment.pip.requirements.is_empty() {
        return Vec::new();
    }
    let lines = environment.conda.iter();
    let bare = lines.filter(|line| {
        let spec = &line.spec;
        let is_bare = spec.version.is_none() && spec.build.is_none() && spec.url.is_none();
        is_bare && line.pin.is_none() && spec.name.to_string() == "pip"
    });
    let findings = bare.map(|line| {
        let message = "the file does not set the version of pip";
        let level = if subject.in_definition {
            Level::Warning
        } else {
            RULE.level
        };
        RULE.finding(line.location.clone(), "any version", message)
            .level(level)
            .help("add a version, `- pip=25.0`, or a lower bound, `- pip>=24.0`, or run `presolve pin`")
    });
    findings.collect()
}

use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_spec::PipRequirementKind;
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "pip-in-pip-list",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("pip_in_pip_list.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    // In a Dockerfile, a separate command may install pip before the others.
    if subject.dockerfile.is_some() {
        return Vec::new();
    }
    let lines = subject.environment.pip.requirements.iter();
    let lines = lines.filter(|line| match &line.kind {
        PipRequirementKind::Named(requirement) => requirement.name.as_ref() == "pip",
        PipRequirementKind::Opaque { .. } => false,
    });
    let lines = lines.filter(|line| line.pin.is_none());
    let findings = lines.map(|line| {
        let text = redact(&line.text);
        let message = format!("`{text}` is in the pip list");
        RULE.finding(
            line.location.clone(),
            "pip replaces itself while it runs",
            message,
        )
        .help(format!("move `{text}` to the conda dependencies"))
    });
    findings.collect()
}

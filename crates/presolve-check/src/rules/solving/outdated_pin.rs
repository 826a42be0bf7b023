use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_parse as parse;
use presolve_solve::specifiers;
use presolve_spec::{CondaRequirement, PipRequirement, PipRequirementKind};
use presolve_text::{
    diagnostic::{Level, Location},
    secrets::redact,
};

pub(crate) static RULE: Rule = Rule {
    name: "outdated-pin",
    level: Level::Warning,
    by_default: true,
    finder: Finder::TextAndSolving(|subject| subject.in_requirements(find)),
    text: include_str!("outdated_pin.md"),
};

/// Finds pins that the declared requirement next to them does not allow.
fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let conda = environment.conda.iter().filter(|line| contradicts(line));
    let conda = conda.filter_map(|line| {
        let pin = line.pin.as_ref()?;
        Some(finding(&line.location, &pin.record(), declared(&line.text)))
    });
    let pip = environment.pip.requirements.iter();
    let pip = pip.filter(|line| contradicts_pip(line)).filter_map(|line| {
        let (PipRequirementKind::Named(named), Some(pin)) = (&line.kind, &line.pin) else {
            return None;
        };
        let shown = format!("{}=={pin}", named.name);
        Some(finding(&line.location, &shown, declared(&line.text)))
    });
    conda.chain(pip).collect()
}

fn declared(text: &str) -> String {
    format!("`{}` is declared", redact(text))
}

/// Whether the declared requirement of a line excludes its pin.
pub(crate) fn contradicts(line: &CondaRequirement) -> bool {
    let Some(pin) = line.pin.as_ref().filter(|_| !line.added_by_pin) else {
        return false;
    };
    let version = parse::conda::version(&pin.version).ok();
    let asked = line.spec.version.as_ref().zip(version.as_ref());
    let build = line.spec.build.as_ref().zip(pin.build.as_ref());
    asked.is_some_and(|(asked, version)| !asked.matches(version))
        || build.is_some_and(|(asked, build)| !asked.matches(build))
}

/// Whether the declared requirement of a line of the pip list excludes its pin.
pub(crate) fn contradicts_pip(line: &PipRequirement) -> bool {
    let (PipRequirementKind::Named(named), Some(pin)) = (&line.kind, &line.pin) else {
        return false;
    };
    let declared = specifiers(named).filter(|_| !line.added_by_pin);
    declared.is_some_and(|declared| !declared.contains(pin))
}

/// The finding on a pin.
pub(crate) fn finding(at: &Location, pin: &str, label: impl Into<String>) -> Finding {
    let message = format!("the pin `{pin}` is no longer valid");
    RULE.finding(at.clone(), label, message)
        .help("update the pins with `presolve pin`, which keeps those that still fit")
}

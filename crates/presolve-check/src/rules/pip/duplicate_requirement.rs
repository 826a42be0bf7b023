use std::collections::HashMap;

use pep508_rs::{ExtraName, PackageName};

use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_spec::{EnvironmentFile, PipRequirement, PipRequirementKind, change::Change, yaml};
use presolve_text::diagnostic::Level;

/// The maximum number of lines that a line is compared with: same name, other markers.
const MOST_MARKERS: usize = 100;

pub(super) static RULE: Rule = Rule {
    name: "duplicate-requirement",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("duplicate_requirement.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let lines = &environment.pip.requirements;
    let mut known: HashMap<(&PackageName, &[ExtraName]), Vec<&PipRequirement>> = HashMap::new();
    let mut findings = Vec::new();
    for line in lines.iter().filter(|line| !line.added_by_pin) {
        let PipRequirementKind::Named(requirement) = &line.kind else {
            continue;
        };
        let name = (&requirement.name, &*requirement.extras);
        let before = known.entry(name).or_default();
        match before.iter().find(|first| are_one(first, line)) {
            Some(first) => {
                let has_fix = findings.len() < TextFix::MOST;
                let environment = has_fix.then_some(environment);
                findings.push(finding(environment, first, line));
            }
            None if before.len() < MOST_MARKERS => before.push(line),
            None => {}
        }
    }
    findings
}

/// Whether both lines name the same project with the same extras, and their markers can be
/// true together.
fn are_one(one: &PipRequirement, other: &PipRequirement) -> bool {
    let (PipRequirementKind::Named(one_is), PipRequirementKind::Named(other_is)) =
        (&one.kind, &other.kind)
    else {
        return false;
    };
    let is_same = one_is.name == other_is.name && one_is.extras == other_is.extras;
    is_same && !one_is.marker.is_disjoint(&other_is.marker)
}

fn finding(
    environment: Option<&EnvironmentFile>,
    first: &PipRequirement,
    again: &PipRequirement,
) -> Finding {
    let name = match &again.kind {
        PipRequirementKind::Named(requirement) => requirement.name.to_string(),
        PipRequirementKind::Opaque { .. } => again.text.clone(),
    };
    let at = again.location.clone();
    let finding = if means_the_same(first, again) {
        RULE.finding(at, "again", format!("`{name}` is in the pip list twice"))
            .level(Level::Note)
            .fix(environment.and_then(|environment| fix(environment, again)))
    } else {
        let message = format!("`{name}` is in the pip list twice with different constraints");
        RULE.finding(at, "and here", message)
                .note("pip before 20.3 stops with \"Double requirement given\"; later versions apply both lines")
    };
    finding
        .related(first.location.clone(), "the first one")
        .help("keep one line with the intended constraint")
}

fn means_the_same(one: &PipRequirement, other: &PipRequirement) -> bool {
    let is_same = match (&one.kind, &other.kind) {
        (PipRequirementKind::Named(one), PipRequirementKind::Named(other)) => one == other,
        _ => false,
    };
    is_same && one.hashes == other.hashes && one.options == other.options
}

/// Removes the second of two equal lines, unless it has a comment.
fn fix(environment: &EnvironmentFile, again: &PipRequirement) -> Option<TextFix> {
    if !again.in_environment {
        return None;
    }
    let text = environment.source.text();
    let (_, comment) = yaml::trailing_comment(text, again.location.span.end)?;
    let change = Change::Remove {
        at: again.location.clone(),
    };
    let title = "remove the second line";
    comment
        .is_empty()
        .then(|| TextFix::of_changes(title, Safety::Safe, environment, &[change]))?
}

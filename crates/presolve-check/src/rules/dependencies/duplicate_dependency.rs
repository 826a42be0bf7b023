use std::collections::{HashMap, hash_map::Entry};

use rattler_conda_types::{VersionSpec, version_spec::EqualityOperator};

use super::freedom::{self, Freedom};
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_spec::{CondaRequirement, EnvironmentFile, change::Change, selector, yaml};
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-dependency",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("duplicate_dependency.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let lines = &environment.conda;
    let mut firsts: HashMap<String, &CondaRequirement> = HashMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for line in lines.iter().filter(|line| holds_alone(line)) {
        let name = line.spec.name.to_string();
        match firsts.entry(name) {
            Entry::Vacant(none) => drop(none.insert(line)),
            Entry::Occupied(first) => {
                let found = finding(first.get(), line);
                let has_fix = findings.len() < TextFix::MOST;
                let fix = has_fix.then(|| fix(environment, first.get(), line));
                findings.push(found.fix(fix.flatten()));
            }
        }
    }
    findings
}

/// Whether a line always applies. Lines without a condition count, except those for Python,
/// which have their own rule.
fn holds_alone(line: &CondaRequirement) -> bool {
    line.spec.condition.is_none()
        && !line.added_by_pin
        && line.spec.name.to_string() != "python"
        && !selector::is_conditional(&line.location)
}

fn finding(first: &CondaRequirement, again: &CondaRequirement) -> Finding {
    let name = first.spec.name.to_string();
    let at = again.location.clone();
    let finding = if first.spec == again.spec {
        RULE.finding(at, "again", format!("`{name}` is listed twice"))
            .level(Level::Note)
            .help("remove one of the lines")
    } else if are_two_versions(first, again) {
        RULE.finding(
            at,
            "and this one",
            format!("`{name}` is listed with two versions"),
        )
        .level(Level::Error)
        .help("keep the intended line; conda applies both, and no version satisfies both")
    } else {
        let message = format!("`{name}` is listed twice with different constraints");
        RULE.finding(at, "and here", message)
            .help("write one line with the intended constraint")
    };
    finding.related(first.location.clone(), "the first one")
}

fn are_two_versions(one: &CondaRequirement, other: &CondaRequirement) -> bool {
    match (&one.spec.version, &other.spec.version) {
        (
            Some(VersionSpec::Exact(EqualityOperator::Equals, one)),
            Some(VersionSpec::Exact(EqualityOperator::Equals, other)),
        ) => one != other,
        _ => false,
    }
}

/// Removes a line that adds nothing to the other one, unless it has a comment.
fn fix(
    environment: &EnvironmentFile,
    first: &CondaRequirement,
    again: &CondaRequirement,
) -> Option<TextFix> {
    let says_nothing = |line: &CondaRequirement| {
        freedom::of_spec(&line.spec) == Freedom::Any && line.spec.channel.is_none()
    };
    let spare = if first.spec == again.spec || says_nothing(again) {
        again
    } else if says_nothing(first) {
        first
    } else {
        return None;
    };
    let text = environment.source.text();
    let (_, comment) = yaml::trailing_comment(text, spare.location.span.end)?;
    if !comment.is_empty() {
        return None;
    }
    let change = Change::Remove {
        at: spare.location.clone(),
    };
    let title = format!("remove `{}`", redact(&spare.text));
    TextFix::of_changes(title, Safety::Safe, environment, &[change])
}

use rattler_conda_types::{VersionSpec, version_spec::EqualityOperator};

use super::freedom::{self, Freedom};
use crate::{
    diagnostic::Level,
    rules::{Finder, Finding, Fix, Rule, Safety, Subject},
    spec::{CondaRequirement, EnvironmentFile, change::Change, secrets::redact, yaml},
};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-dependency",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(find),
    text: include_str!("duplicate_dependency.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let lines = &environment.conda;
    let again = lines.iter().enumerate().filter_map(|(index, line)| {
        let mut before = lines[..index].iter();
        let first = before.find(|first| is_same_package(first, line))?;
        Some(finding(environment, first, line))
    });
    again.collect()
}

/// Lines with conditions (`[when=…]`) may well be about one package. That Python is
/// given twice is a rule of its own.
fn is_same_package(one: &CondaRequirement, other: &CondaRequirement) -> bool {
    let is_alone = |line: &CondaRequirement| line.spec.condition.is_none() && !line.added_by_pin;
    let name = one.spec.name.to_string();
    name == other.spec.name.to_string() && name != "python" && is_alone(one) && is_alone(other)
}

fn finding(
    environment: &EnvironmentFile,
    first: &CondaRequirement,
    again: &CondaRequirement,
) -> Finding {
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
            format!("`{name}` is listed in two versions"),
        )
        .level(Level::Error)
        .help("both lines hold, and no version is both: keep the one that is meant")
    } else {
        let message = format!("`{name}` is listed twice, and not in the same way");
        RULE.finding(at, "and this holds", message)
            .help("write one line that says what is meant")
    };
    finding
        .related(first.location.clone(), "the first one")
        .fix(fix(environment, first, again))
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

/// A line that says no more than the other one can go, if nobody has noted anything on it.
fn fix(
    environment: &EnvironmentFile,
    first: &CondaRequirement,
    again: &CondaRequirement,
) -> Option<Fix> {
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
    Fix::of_changes(title, Safety::Safe, environment, &[change])
}

use super::{
    branches::{allows, is_open_upwards},
    declared,
};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_spec::CondaRequirement;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unpinned-python",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("unpinned_python.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = declared(subject).filter(|line| line.pin.is_none() && line.spec.build.is_none());
    lines.filter_map(finding).collect()
}

fn finding(line: &CondaRequirement) -> Option<Finding> {
    let version = line.spec.version.as_ref();
    let is_open = version.is_none_or(is_open_upwards) && line.spec.url.is_none();
    if !is_open {
        return None;
    }
    let has_floor = version.is_some_and(|version| !allows(version, 3, 0));
    let (level, label) = if has_floor {
        (Level::Note, "also matches any newer version")
    } else {
        (Level::Warning, "matches any Python 3")
    };
    let message = format!("`{}` does not set the minor version", line.text.trim());
    let finding = RULE
        .finding(line.location.clone(), label, message)
        .note("the build uses the newest version that the other packages allow on that day")
        .help("write the version that the code was tested with, such as `python=3.12`");
    Some(finding.level(level))
}

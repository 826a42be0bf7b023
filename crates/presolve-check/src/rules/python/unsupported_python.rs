use jiff::civil::Date;

use super::{
    branches::{allows_python_2, newest_allowed, released},
    declared, written_version,
};
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_spec::CondaRequirement;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unsupported-python",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("unsupported_python.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    declared(subject)
        .filter_map(|line| finding(line, subject.today))
        .collect()
}

fn finding(line: &CondaRequirement, today: Date) -> Option<Finding> {
    let spec = line.spec.version.as_ref()?;
    let written = written_version(line);
    // A pre-release is not a patch release of a branch. Neither is `.x`, but it means `.*`.
    let has_letters = written.contains(|c: char| c.is_ascii_alphabetic());
    let stars = written.replace(".x", ".*");
    let is_placeholder = stars != written && !stars.contains(|c: char| c.is_ascii_alphabetic());
    let is_there = newest_allowed(spec, today).is_some() || allows_python_2(spec);
    if is_there || (has_letters && !is_placeholder) {
        return None;
    }
    let newest = released(today).next_back()?;
    let message = format!(
        "there is no Python version `{}`",
        written.trim_start_matches('=')
    );
    let finding = RULE.finding(line.location.clone(), "no such version", message);
    if is_placeholder {
        let with = line.text.replace(".x", ".*");
        let fix = TextFix::replace(
            "write `*`",
            Safety::Safe,
            &line.location,
            quoted(line, &with),
        );
        return Some(
            finding
                .help("write `.*` for any patch release")
                .fix(Some(fix)),
        );
    }
    Some(finding.help(format!(
        "use an existing version; the newest branch is 3.{}",
        newest.minor
    )))
}

/// Replaces the text of a line and keeps its quotes.
fn quoted(line: &CondaRequirement, with: &str) -> String {
    line.location.text().replacen(line.text.as_str(), with, 1)
}

use jiff::civil::Date;

use super::{
    branches::{allows_python_2, newest_allowed, released},
    present,
};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_spec::CondaRequirement;
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "end-of-life-python",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("end_of_life_python.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    present(subject)
        .filter_map(|line| finding(line, subject.today))
        .collect()
}

fn finding(line: &CondaRequirement, today: Date) -> Option<Finding> {
    let spec = line.spec.version.as_ref()?;
    let at = line.location.clone();
    let Some(newest) = newest_allowed(spec, today) else {
        return allows_python_2(spec).then(|| of_python_2(at));
    };
    (newest.end < today).then(|| {
        let branch = format!("3.{}", newest.minor);
        let label = format!("support ended on {}", newest.end);
        let message = format!("Python {branch} is past its end of life");
        // A Python from the settings has no place in the file.
        let is_set = at.span.is_empty();
        let finding = RULE.finding(at, label, message).note(
            "it no longer gets security fixes, and new releases of packages do not support it",
        );
        let finding = if is_set {
            finding.note("it is set by `--python-version` or presolve.toml, not by this file")
        } else {
            finding
        };
        finding.help(format!("move to a supported version: {}", supported(today)))
    })
}

fn of_python_2(at: Location) -> Finding {
    RULE.finding(
        at,
        "support ended on 2020-01-01",
        "Python 2 is past its end of life",
    )
    .note(
        "conda-forge no longer builds packages for it, and current projects have no release for it",
    )
    .help("port the code to Python 3")
}

/// Formats the branches that still get security fixes: "3.11 to 3.15".
fn supported(today: Date) -> String {
    let branches = released(today).filter(|branch| branch.end >= today);
    let minors: Vec<u16> = branches.map(|branch| branch.minor).collect();
    match &minors[..] {
        [first, .., last] => format!("3.{first} to 3.{last}"),
        _ => "https://devguide.python.org/versions/".to_owned(),
    }
}

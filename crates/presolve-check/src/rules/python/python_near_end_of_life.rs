use super::{branches::newest_allowed, present};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "python-near-end-of-life",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("python_near_end_of_life.md"),
};

/// Half a year, an estimate of the time that a move to another Python may take.
const DAYS_BEFORE: i32 = 183;

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let today = subject.today;
    let findings = present(subject).filter_map(|line| {
        let newest = newest_allowed(line.spec.version.as_ref()?, today)?;
        let days = (newest.end - today).get_days();
        (0..=DAYS_BEFORE).contains(&days).then(|| {
            let label = format!("support ends on {}", newest.end);
            let message = format!("Python 3.{} is near its end of life", newest.minor);
            RULE.finding(line.location.clone(), label, message)
                .help("plan to move to a newer version")
        })
    });
    findings.collect()
}

use super::present;
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_spec::{PipRequirementKind, change::Change};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "python-in-pip-list",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("python_in_pip_list.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = subject.environment.pip.requirements.iter();
    let lines = lines.filter(|line| match &line.kind {
        PipRequirementKind::Named(named) => named.name.as_ref() == "python",
        PipRequirementKind::Opaque { .. } => false,
    });
    // If the file has no other Python, the line's version must be kept.
    let has_other = present(subject).next().is_some();
    let findings = lines.enumerate().map(|(index, line)| {
        let at = line.location.clone();
        let change = Change::Remove { at: at.clone() };
        let fix = (has_other && index < TextFix::MOST).then(|| {
            let environment = subject.environment;
            TextFix::of_changes("remove the line", Safety::Safe, environment, &[change])
        });
        RULE.finding(
            at,
            "pip finds no such project",
            "`python` is in the pip list",
        )
        .note("pip runs in the Python that conda installs, and cannot install Python")
        .help("write it as a conda dependency: `- python=3.12`")
        .fix(fix.flatten())
    });
    findings.collect()
}

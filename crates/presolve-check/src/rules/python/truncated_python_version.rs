use super::{declared, written_version};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "truncated-python-version",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("truncated_python_version.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = declared(subject).filter(|line| {
        let version = written_version(line).trim_start_matches(['=', ' ']);
        matches!(version, "3.1" | "3.1.*" | "3.2" | "3.2.*")
    });
    let findings = lines.map(|line| {
        let version = written_version(line).trim_start_matches(['=', ' ']);
        let meant = version.trim_end_matches(".*");
        let message = format!(
            "`{}` means Python {meant} of 2009, not {meant}0",
            line.text.trim()
        );
        let message = match meant {
            "3.1" => message,
            _ => message.replace("2009", "2011"),
        };
        RULE.finding(line.location.clone(), "a zero may be missing here", message)
            .note("the number `3.10` becomes `3.1` when a program reads and writes the file")
            .help(format!(
                "write `python={meant}0` if that is the intended version"
            ))
    });
    findings.collect()
}

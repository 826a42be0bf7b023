use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "deprecated-r-section",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("deprecated_r_section.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let finding = definition.given(&["r"]).map(|at| {
        RULE.finding(at, "", "the section for R is deprecated")
            .help("set it to `null`, and install R in a Dockerfile")
    });
    finding.into_iter().collect()
}

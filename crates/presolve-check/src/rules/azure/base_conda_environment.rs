use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "base-conda-environment",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("base_conda_environment.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let at = definition.given(&["python", "baseCondaEnvironment"]);
    let finding = at.map(|at| {
        RULE.finding(
            at,
            "",
            "the conda spec is installed into another environment",
        )
        .note("the solver does not know the packages in that environment, and they can conflict with its result")
        .help("set it to `null`, and list everything in the conda spec")
    });
    finding.into_iter().collect()
}

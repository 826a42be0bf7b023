use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, v1};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "misplaced-runtime-variables",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("misplaced_runtime_variables.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let mut variables = v1::variables(definition).into_iter();
    let Some(first) = variables.next() else {
        return Vec::new();
    };
    let others = variables.count();
    let label = match others {
        0 => String::new(),
        others => format!("and {others} more"),
    };
    let finding = RULE
        .finding(first, label, "the environment contains variables of a run")
        .help(
            "set them in the run, with `environmentVariables` at the root of a run configuration",
        );
    vec![finding]
}

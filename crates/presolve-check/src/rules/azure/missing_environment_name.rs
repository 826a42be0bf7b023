use super::unknown_azure_key::means;
use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "missing-environment-name",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("missing_environment_name.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    if definition.is_anonymous() || definition.get(&["name"]).is_some() || means(definition, "name")
    {
        return Vec::new();
    }
    let finding = RULE
        .finding(
            definition.start(),
            "no `name`",
            "the Azure ML environment has no name",
        )
        .help("add `name:`, or pass `--name` when you create it");
    vec![finding]
}

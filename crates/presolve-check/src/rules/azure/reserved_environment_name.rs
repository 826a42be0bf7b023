use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "reserved-environment-name",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition(find)),
    text: include_str!("reserved_environment_name.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let Some(name) = definition.text(&["name"]) else {
        return Vec::new();
    };
    let prefixes = ["Microsoft", "AzureML"];
    let Some(prefix) = prefixes
        .iter()
        .find(|prefix| name.value.starts_with(*prefix))
    else {
        return Vec::new();
    };
    let message = format!("names that begin with `{prefix}` are reserved for curated environments");
    let finding = RULE
        .finding(name.location, "the service rejects it", message)
        .help("choose another name");
    vec![finding]
}

use yaml_serde::Value;

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "empty-azure-key",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("empty_azure_key.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let root = definition.root_keys().map(|key| vec![key]);
    let build = [vec!["build", "path"], vec!["build", "dockerfile_path"]];
    let empty = root.chain(build).filter(|keys| {
        let value = definition.get(keys);
        value.is_some_and(Value::is_null)
    });
    let places = empty.filter_map(|keys| definition.key(&keys));
    let finding = |at: Location| {
        let message = format!("`{}` has no value", at.text());
        RULE.finding(at, "", message)
            .help("write the value, or remove the key")
    };
    places.map(finding).collect()
}

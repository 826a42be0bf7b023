use yaml_serde::Value;

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, v1};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "deprecated-docker-attribute",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("deprecated_docker_attribute.md"),
};

/// The deprecated attributes of `DockerSection`.
const ATTRIBUTES: [&str; 5] = [
    "enabled",
    "gpuSupport",
    "arguments",
    "sharedVolumes",
    "shmSize",
];

/// Whether the SDK and the service write this value by default.
fn is_usual(attribute: &str, value: &Value) -> bool {
    match attribute {
        "sharedVolumes" => value.as_bool() != Some(false),
        "shmSize" => !v1::is_given(value) || value.as_str() == Some("2g"),
        _ => !v1::is_given(value),
    }
}

fn find(definition: &Definition) -> Vec<Finding> {
    let finding = |attribute: &&str| {
        let keys = ["docker", *attribute];
        let at = if is_usual(attribute, definition.get(&keys)?) {
            return None;
        } else {
            definition.key(&keys)?
        };
        let message = format!("`{attribute}` is deprecated in an environment");
        let finding = RULE.finding(at, "sets how a container is run", message);
        Some(finding.help(match *attribute {
            "gpuSupport" => "remove it; GPUs are found without it",
            _ => "remove it, and set it with `DockerConfiguration` in the run",
        }))
    };
    ATTRIBUTES.iter().filter_map(finding).collect()
}

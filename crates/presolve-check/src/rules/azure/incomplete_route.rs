use yaml_serde::Value;

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "incomplete-route",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("incomplete_route.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let Some(at) = definition.set("inference_config") else {
        return Vec::new();
    };
    let mut missing = Vec::new();
    for route in ["liveness_route", "readiness_route", "scoring_route"] {
        match definition.get(&["inference_config", route]) {
            Some(Value::Mapping(keys)) => {
                for (key, fits, what) in [
                    ("port", is_port as fn(&Value) -> bool, "a number"),
                    ("path", Value::is_string, "a string"),
                ] {
                    match keys.get(key) {
                        Some(value) if fits(value) => {}
                        Some(_) => missing.push(format!("{what} as `{key}` of `{route}`")),
                        None => missing.push(format!("`{key}` of `{route}`")),
                    }
                }
            }
            _ => missing.push(format!("`{route}`")),
        }
    }
    if missing.is_empty() {
        return Vec::new();
    }
    let finding = RULE
        .finding(
            at,
            format!("without {}", missing.join(", ")),
            "the routes of the inference server are not complete",
        )
        .help("write all three routes, each with its `port` and `path`, or none");
    vec![finding]
}

/// Whether a value is a port. The SDK also accepts a number in quotes.
fn is_port(value: &Value) -> bool {
    let number = value.as_str().map(str::parse::<u16>);
    value.is_u64() || matches!(number, Some(Ok(_)))
}

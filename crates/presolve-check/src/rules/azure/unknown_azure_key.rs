use yaml_serde::Value;

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, definition::KEYS};
use presolve_text::{
    diagnostic::{Level, Location},
    secrets::redact,
};

pub(super) static RULE: Rule = Rule {
    name: "unknown-azure-key",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("unknown_azure_key.md"),
};

/// Keys that other rules report.
const TOLD: [&str; 2] = ["docker", "path"];
/// The keys of `build` (azure-ai-ml 1.35, `BuildContextSchema`).
const BUILD: [&str; 2] = ["path", "dockerfile_path"];

fn find(definition: &Definition) -> Vec<Finding> {
    let mut findings = Vec::new();
    for key in definition.root_keys() {
        if !KEYS.contains(&key) && !TOLD.contains(&key) {
            findings.extend(unknown(definition.key(&[key]), key, &KEYS));
        }
    }
    let build = definition.get(&["build"]).and_then(Value::as_mapping);
    for key in build
        .into_iter()
        .flat_map(|build| build.keys())
        .filter_map(Value::as_str)
    {
        if !BUILD.contains(&key) {
            findings.extend(unknown(definition.key(&["build", key]), key, &BUILD));
        }
    }
    findings
}

fn unknown(at: Option<Location>, key: &str, known: &[&str]) -> Option<Finding> {
    let likeness = |known: &&&str| strsim::jaro_winkler(key, known);
    let nearest = known
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let help = match nearest.filter(|known| likeness(known) > 0.85) {
        Some(known) => format!("did you mean `{known}`?"),
        None if key == "environment_variables" => {
            "set variables in the job or the deployment".to_owned()
        }
        None => "remove it".to_owned(),
    };
    let message = format!("an Azure ML environment has no key `{}`", redact(key));
    Some(RULE.finding(at?, "", message).help(help))
}

use yaml_serde::Value;

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, v1};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "missing-python-section",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("missing_python_section.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    if definition.get(&["python"]).is_some_and(Value::is_mapping) {
        return Vec::new();
    }
    let has_context = definition.given(v1::DOCKER_OPTIONS[2]).is_some();
    if has_context || definition.has_file(&definition.beside(v1::CONDA_FILE)) {
        return Vec::new();
    }
    let at = definition
        .key(&["python"])
        .unwrap_or_else(|| definition.start());
    let finding = RULE
        .finding(
            at,
            "no `python` section",
            "the environment does not set its Python",
        )
        .help("add `python` with `condaDependencies`, or with `\"userManagedDependencies\": true`");
    vec![finding]
}

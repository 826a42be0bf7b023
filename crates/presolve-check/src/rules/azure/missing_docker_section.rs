use yaml_serde::Value;

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, v1};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "missing-docker-section",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("missing_docker_section.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    if definition.get(&["docker"]).is_some_and(Value::is_mapping)
        || v1::has_dockerfile_beside(definition)
    {
        return Vec::new();
    }
    let at = definition
        .key(&["docker"])
        .unwrap_or_else(|| definition.start());
    let finding = RULE
        .finding(
            at,
            "no `docker` section",
            "the environment has no base image",
        )
        .help("add `docker` with a `baseImage`, a `baseDockerfile` or a `buildContext`");
    vec![finding]
}

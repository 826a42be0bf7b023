use super::unknown_azure_key::means;
use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, definition::Version, v1};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "missing-docker-option",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition(find)),
    text: include_str!("missing_docker_option.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    if definition.version() == Version::V1 {
        return find_v1(definition);
    }
    // Another rule reports the `docker` of the preview.
    let keys = ["image", "build", "docker"];
    let is_meant = |key: &&str| means(definition, key);
    if keys.iter().any(|key| definition.set(key).is_some()) || keys.iter().any(is_meant) {
        return Vec::new();
    }
    let at = definition
        .set("conda_file")
        .unwrap_or_else(|| definition.start());
    let finding = RULE
        .finding(
            at,
            "no image to install it on",
            "the environment has no base image",
        )
        .help("add `image:` with the base image, or `build:` with the folder of a Dockerfile");
    vec![finding]
}

/// Another rule reports a missing section.
fn find_v1(definition: &Definition) -> Vec<Finding> {
    let mut options = v1::DOCKER_OPTIONS.iter();
    let is_given = options.any(|keys| definition.given(keys).is_some());
    let section = definition
        .get(&["docker"])
        .filter(|docker| docker.is_mapping());
    if is_given || section.is_none() || v1::has_dockerfile_beside(definition) {
        return Vec::new();
    }
    let at = definition
        .key(&["docker"])
        .unwrap_or_else(|| definition.start());
    let finding = RULE
        .finding(at, "no base image", "the environment has no base image")
        .help("add a `baseImage`, a `baseDockerfile` or a `buildContext` to `docker`");
    vec![finding]
}

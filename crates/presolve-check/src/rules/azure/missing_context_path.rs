use super::unknown_azure_key::means_in_build;
use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{
    Definition,
    definition::{Version, is_local},
    v1,
};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "missing-context-path",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition(find)),
    text: include_str!("missing_context_path.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    if definition.version() == Version::V1 {
        return find_v1(definition);
    }
    let Some(build) = definition.set("build") else {
        return Vec::new();
    };
    let Some(path) = definition.text(&["build", "path"]) else {
        if means_in_build(definition, "path") {
            return Vec::new();
        }
        let finding = RULE
            .finding(build, "no `path`", "the environment has no build context")
            .help("add `path:` with the folder of the Dockerfile");
        return vec![finding];
    };
    let place = definition.beside(&path.value);
    let is_missing = || definition.source().fence().admits(&place) && !place.exists();
    if !is_local(&path.value) || !is_missing() {
        return Vec::new();
    }
    let message = format!("there is no build context `{}`", place.display());
    let finding = RULE
        .finding(path.location, "does not exist", message)
        .note("the path is relative to the folder of this file")
        .help("correct the path");
    vec![finding]
}

/// In v1 the location is a URL, which another rule checks.
fn find_v1(definition: &Definition) -> Vec<Finding> {
    let context = v1::DOCKER_OPTIONS[2];
    let location = definition.given(&["docker", "buildContext", "location"]);
    let context = definition.given(context).filter(|_| location.is_none());
    let finding = context.map(|at| {
        RULE.finding(at, "no `location`", "the environment has no build context")
            .help("add `location` with the URL of the context in a storage account")
    });
    finding.into_iter().collect()
}

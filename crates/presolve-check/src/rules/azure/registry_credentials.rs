use yaml_serde::Value;

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "registry-credentials",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition(find)),
    text: include_str!("registry_credentials.md"),
};

/// The keys of registry credentials, at any depth.
const KEYS: [&str; 3] = ["username", "password", "registry_identity"];

fn find(definition: &Definition) -> Vec<Finding> {
    let in_image = definition.image_text().filter(|image| {
        // The `@` of a digest has no `/` after it.
        let host = image
            .value
            .split_once('@')
            .map(|(user, host)| (user.contains(':'), host.contains('/')));
        host == Some((true, true))
    });
    let mut places: Vec<Location> = in_image.into_iter().map(|image| image.location).collect();
    let registry = ["docker", "baseImageRegistry"];
    let of_v1 = ["username", "password", "registryIdentity"];
    let is_given = |key: &&str| definition.given(&[registry[0], registry[1], key]).is_some();
    if of_v1.iter().any(is_given) {
        places.extend(definition.key(&registry));
    }
    for key in definition.root_keys() {
        let has = |value: &Value| KEYS.iter().any(|key| value.get(*key).is_some());
        if !matches!(key, "conda_file" | "tags") && definition.get(&[key]).is_some_and(has) {
            places.extend(definition.key(&[key]));
        }
    }
    let finding = |at| {
        RULE.finding(at, "", "the definition contains credentials for a registry")
            .note("Azure ML reads them only from workspace connections")
            .help("revoke them, and add a connection with `az ml connection create`")
    };
    places.into_iter().map(finding).collect()
}

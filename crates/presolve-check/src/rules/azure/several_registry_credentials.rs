use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "several-registry-credentials",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("several_registry_credentials.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let given = |key| definition.given(&["docker", "baseImageRegistry", key]);
    let (Some(user), Some(identity)) = (
        given("username").or_else(|| given("password")),
        given("registryIdentity"),
    ) else {
        return Vec::new();
    };
    let finding = RULE
        .finding(
            identity,
            "an identity",
            "the registry has two sets of credentials",
        )
        .related(user, "a user with a password")
        .help("keep the identity, or remove both and add a workspace connection");
    vec![finding]
}

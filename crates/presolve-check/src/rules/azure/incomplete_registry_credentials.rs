use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "incomplete-registry-credentials",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("incomplete_registry_credentials.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let given = |key| definition.given(&["docker", "baseImageRegistry", key]);
    let (at, missing) = match (given("username"), given("password")) {
        (Some(at), None) => (at, "password"),
        (None, Some(at)) => (at, "username"),
        _ => return Vec::new(),
    };
    let finding = RULE
        .finding(
            at,
            format!("no `{missing}`"),
            "the credentials of the registry are not complete",
        )
        .help("remove them, and add a workspace connection for the registry");
    vec![finding]
}

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, v1};
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "attribute-beside-build-context",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("attribute_beside_build_context.md"),
};

/// Attributes that belong in the Dockerfile of a build context, apart from variables.
const ATTRIBUTES: [&[&str]; 5] = [
    &["python", "condaDependencies"],
    &["python", "condaDependenciesFile"],
    &["r"],
    &["spark", "packages"],
    &["spark", "repositories"],
];

fn find(definition: &Definition) -> Vec<Finding> {
    let Some(context) = definition.given(v1::DOCKER_OPTIONS[2]) else {
        return Vec::new();
    };
    let given = ATTRIBUTES.iter().filter_map(|keys| definition.given(keys));
    let variables = v1::variables(definition);
    let places = given.chain(variables.into_iter().take(1));
    let finding = |at: Location| {
        RULE.finding(
            at,
            "not allowed here",
            "this cannot be combined with a build context",
        )
        .related(context.clone(), "the Dockerfile defines everything")
        .help("remove it here, and set it in the Dockerfile")
    };
    places.map(finding).collect()
}

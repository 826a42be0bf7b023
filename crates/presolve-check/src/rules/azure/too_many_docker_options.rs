use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, definition::Version, v1};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "too-many-docker-options",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition(find)),
    text: include_str!("too_many_docker_options.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    if definition.version() == Version::V1 {
        return find_v1(definition);
    }
    let (Some(image), Some(build)) = (definition.set("image"), definition.set("build")) else {
        return Vec::new();
    };
    let finding = RULE
        .finding(
            build,
            "builds an image",
            "the environment has an image and a Dockerfile",
        )
        .related(image, "names an image")
        .help("remove one of the two");
    vec![finding]
}

fn find_v1(definition: &Definition) -> Vec<Finding> {
    let given = v1::DOCKER_OPTIONS.iter();
    let mut given = given.filter_map(|keys| definition.given(keys));
    let (Some(first), Some(second)) = (given.next(), given.next()) else {
        return Vec::new();
    };
    let finding = RULE
        .finding(
            second,
            "another option",
            "the environment sets more than one of the options that define its image",
        )
        .related(first, "the first option");
    let finding = given.fold(finding, |finding, third| {
        finding.related(third, "and a third")
    });
    vec![finding.help("keep one of `baseImage`, `baseDockerfile` and `buildContext`, and set the others to `null`")]
}

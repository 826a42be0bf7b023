use jiff::civil::Date;

use crate::{
    azure::Definition,
    diagnostic::Level,
    rules::{Finder, Finding, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "too-many-docker-options",
    level: Level::Error,
    by_default: true,
    finder: Finder::Definition(find),
    text: include_str!("too_many_docker_options.md"),
};

fn find(definition: &Definition, _: Date) -> Vec<Finding> {
    let (Some(image), Some(build)) = (definition.set("image"), definition.set("build")) else {
        return Vec::new();
    };
    let finding = RULE
        .finding(
            build,
            "makes an image",
            "the environment has an image and a Dockerfile",
        )
        .related(image, "names an image")
        .help("remove one of the two");
    vec![finding]
}

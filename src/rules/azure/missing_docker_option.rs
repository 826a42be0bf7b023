use jiff::civil::Date;

use crate::{
    azure::Definition,
    diagnostic::Level,
    rules::{Finder, Finding, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "missing-docker-option",
    level: Level::Error,
    by_default: true,
    finder: Finder::Definition(find),
    text: include_str!("missing_docker_option.md"),
};

fn find(definition: &Definition, _: Date) -> Vec<Finding> {
    // Of the preview's `docker` another rule tells.
    let keys = ["image", "build", "docker"];
    if keys.iter().any(|key| definition.set(key).is_some()) {
        return Vec::new();
    }
    let at = definition
        .set("conda_file")
        .unwrap_or_else(|| definition.start());
    let finding = RULE
        .finding(
            at,
            "nothing to install it on",
            "the environment names no image",
        )
        .help("add `image:` with the base image, or `build:` with the folder of a Dockerfile");
    vec![finding]
}

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "conda-file-with-build",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("conda_file_with_build.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let (Some(conda), Some(build)) = (definition.set("conda_file"), definition.set("build")) else {
        return Vec::new();
    };
    if definition.set("image").is_some() {
        return Vec::new();
    }
    let finding = RULE
        .finding(
            conda,
            "needs an `image`",
            "a conda file cannot be combined with a Dockerfile",
        )
        .related(build, "a Dockerfile builds the image")
        .help("install it in the Dockerfile, or set the base image with `image` instead");
    vec![finding]
}

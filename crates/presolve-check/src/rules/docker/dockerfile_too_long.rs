use crate::rules::{Finder, Finding, Rule};
use presolve_input::{
    azure::{Definition, v1},
    docker::Plan,
};
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "dockerfile-too-long",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| {
        let of_file = subject.in_dockerfile(find);
        [of_file, subject.in_definition_v1(find_v1)].concat()
    }),
    text: include_str!("dockerfile_too_long.md"),
};

/// The maximum size of a Dockerfile in Azure ML, in bytes.
const LIMIT: usize = 100 * 1024;

fn find(plan: &Plan) -> Vec<Finding> {
    let length = plan.dockerfile.source().text().len();
    let finding = too_long(length, plan.dockerfile.start());
    let finding = finding
        .map(|finding| finding.help("move scripts to files in the build context, and copy them"));
    finding.into_iter().collect()
}

/// A base Dockerfile counts without the escapes of JSON.
fn find_v1(definition: &Definition) -> Vec<Finding> {
    let dockerfile = definition.base_dockerfile();
    let at = definition.given(v1::DOCKER_OPTIONS[1]);
    let at = at.unwrap_or_else(|| definition.start());
    let finding = dockerfile.and_then(|dockerfile| too_long(dockerfile.text().len(), at));
    let finding = finding.map(|finding| {
        finding.help("build the image from a `buildContext`, and copy scripts from there")
    });
    finding.into_iter().collect()
}

fn too_long(length: usize, at: Location) -> Option<Finding> {
    let kilobytes = length.div_ceil(1024);
    let message = "the Dockerfile is longer than 100 KB";
    (length > LIMIT).then(|| RULE.finding(at, format!("{kilobytes} KB"), message))
}

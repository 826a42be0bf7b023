use crate::rules::{Finder, Finding, Rule};
use presolve_input::docker::Plan;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "dockerfile-too-long",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_dockerfile(find)),
    text: include_str!("dockerfile_too_long.md"),
};

/// The maximum size of a Dockerfile in Azure ML, in bytes.
const LIMIT: usize = 100 * 1024;

fn find(plan: &Plan) -> Vec<Finding> {
    let length = plan.dockerfile.source().text().len();
    if length <= LIMIT {
        return Vec::new();
    }
    let kilobytes = length.div_ceil(1024);
    let finding = RULE
        .finding(
            plan.dockerfile.start(),
            format!("{kilobytes} KB"),
            "the Dockerfile is longer than 100 KB",
        )
        .help("move scripts to files in the build context, and copy them");
    vec![finding]
}

use super::freedom::{self, Freedom};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_spec::CondaRequirement;
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "open-build",
    level: Level::Note,
    by_default: false,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("open_build.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = subject.environment.conda.iter();
    let lines = lines.filter(|line| leaves_build_open(line));
    lines.map(finding).collect()
}

/// Whether a line has a version without a build. Other rules cover open versions.
fn leaves_build_open(line: &CondaRequirement) -> bool {
    let spec = &line.spec;
    let is_one_record = spec.url.is_some() || spec.md5.is_some() || spec.sha256.is_some();
    let has_version = spec.version.is_some() && freedom::of_spec(spec) == Freedom::Version;
    has_version && !is_one_record && spec.build.is_none() && line.pin.is_none()
}

fn finding(line: &CondaRequirement) -> Finding {
    RULE.finding(
        line.location.clone(),
        "any build",
        format!("`{}` does not pin the build", redact(&line.text)),
    )
    .help("write versions and builds with `presolve pin`")
}

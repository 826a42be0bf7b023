use crate::rules::{Finder, Finding, Rule};
use presolve_input::docker::{Plan, install::Install};
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "yaml-as-package-list",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_dockerfile(find)),
    text: include_str!("yaml_as_package_list.md"),
};

fn find(plan: &Plan) -> Vec<Finding> {
    let findings = plan.installs.iter().filter_map(|install| of(plan, install));
    findings.collect()
}

fn of(plan: &Plan, install: &Install) -> Option<Finding> {
    let file = install.yaml_as_list.as_ref()?;
    let command = plan.place(install);
    let creates = command
        .text()
        .split_whitespace()
        .any(|word| word == "create");
    let reads_yaml = plan
        .image()
        .and_then(|image| image.value.creates_from_yaml());
    let level = match (creates, reads_yaml) {
        (true, Some(true)) => return None,
        (true, None) => Level::Warning,
        _ => RULE.level,
    };
    let name = redact(file.value.as_deref().unwrap_or_default());
    let instead = if creates { "create" } else { "update" };
    let finding = RULE
        .finding(
            plan.argument(file),
            "a YAML file",
            "this command reads a list of match specs, not a YAML file",
        )
        .level(level)
        .note("conda reads each line as a match spec, and stops at the first other line");
    let finding = if creates {
        finding.note("`conda create` reads YAML files since conda 26.3")
    } else {
        finding
    };
    Some(finding.help(format!("write `conda env {instead} --file {name}`")))
}

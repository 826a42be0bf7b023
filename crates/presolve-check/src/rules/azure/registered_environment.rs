use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Entity;
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::REGISTERED_ENVIRONMENT,
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_entity(find)),
    text: include_str!("registered_environment.md"),
};

fn find(entity: &Entity) -> Vec<Finding> {
    let registered = entity.registered().iter();
    let findings = registered.map(|one| {
        let message = format!("not checked: `{}`", redact(&one.value));
        RULE.finding(one.location.clone(), "registered in Azure ML", message)
            .note("the workspace or the registry has its definition, not a file")
    });
    findings.collect()
}

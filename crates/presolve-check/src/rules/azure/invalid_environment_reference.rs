use crate::rules::{Finder, Finding, Rule, Safety, TextFix};
use presolve_input::azure::{
    Entity,
    entity::{FILE_PREFIX, Invalid, refusal},
};
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::INVALID_ENVIRONMENT_REFERENCE,
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_entity(find)),
    text: include_str!("invalid_environment_reference.md"),
};

fn find(entity: &Entity) -> Vec<Finding> {
    let invalid = entity.invalid().iter();
    let findings = invalid.map(|one| {
        let at = &one.location;
        let fix = match one.value {
            Invalid::Path => Some(prefixed(at, FILE_PREFIX, Safety::Safe)),
            // The version may not be registered.
            Invalid::Name => Some(prefixed(at, "azureml:", Safety::Unsafe)),
            Invalid::Text | Invalid::Value => None,
        };
        Finding::new(&RULE, refusal(one)).fix(fix)
    });
    findings.collect()
}

/// A fix that adds a prefix after the quote, if there is one.
fn prefixed(at: &Location, prefix: &str, safety: Safety) -> TextFix {
    let text = at.text();
    let quote = usize::from(text.starts_with(['"', '\'']));
    let (before, after) = text.split_at(quote);
    let title = format!("add the prefix `{prefix}`");
    TextFix::replace(title, safety, at, format!("{before}{prefix}{after}"))
}

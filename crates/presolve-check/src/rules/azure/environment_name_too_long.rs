use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "environment-name-too-long",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition(find)),
    text: include_str!("environment_name_too_long.md"),
};

/// The maximum length of a name, in characters.
const LIMIT: usize = 255;

fn find(definition: &Definition) -> Vec<Finding> {
    let Some(name) = definition.text(&["name"]) else {
        return Vec::new();
    };
    let length = name.value.chars().count();
    if length <= LIMIT {
        return Vec::new();
    }
    let label = format!("{length} characters");
    let finding = RULE
        .finding(
            name.location,
            label,
            format!("the name is longer than {LIMIT} characters"),
        )
        .help("shorten it, and move the details to `description` or `tags`");
    vec![finding]
}

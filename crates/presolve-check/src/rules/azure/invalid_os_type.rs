use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, definition::is_template};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "invalid-os-type",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("invalid_os_type.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let Some(os_type) = definition.text(&["os_type"]) else {
        return Vec::new();
    };
    let mut known = ["linux", "windows"].into_iter();
    if known.any(|known| os_type.value.eq_ignore_ascii_case(known)) || is_template(&os_type.value) {
        return Vec::new();
    }
    let message = "`os_type` is neither `linux` nor `windows`";
    let finding = RULE
        .finding(os_type.location, "", message)
        .help("write `linux`, or leave it out");
    vec![finding]
}

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unsupported-location-type",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("unsupported_location_type.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let Some(kind) = definition.text(&["docker", "buildContext", "locationType"]) else {
        return Vec::new();
    };
    let is = |known: &str| kind.value.eq_ignore_ascii_case(known);
    let finding = if is("storageAccount") {
        return Vec::new();
    } else if is("git") {
        RULE.finding(
            kind.location,
            "cannot be built",
            "build contexts in git are not supported yet",
        )
        .note("they can be registered, but no image is built from them")
    } else {
        RULE.finding(
            kind.location,
            "",
            "this location type is not valid for a build context",
        )
    };
    vec![finding.help("upload the build context to a storage account, and write `storageAccount`")]
}

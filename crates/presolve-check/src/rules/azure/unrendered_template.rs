use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, definition::is_template};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unrendered-template",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("unrendered_template.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let keys: [&[&str]; 7] = [
        &["name"],
        &["version"],
        &["image"],
        &["conda_file"],
        &["os_type"],
        &["build", "path"],
        &["build", "dockerfile_path"],
    ];
    let mut values = keys.into_iter().filter_map(|keys| definition.text(keys));
    let Some(value) = values.find(|value| is_template(&value.value)) else {
        return Vec::new();
    };
    let finding = RULE
        .finding(
            value.location,
            "not filled in",
            "the definition is a template",
        )
        .note("values that depend on the template are not checked")
        .help("render the template first, and check the result");
    vec![finding]
}

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{Definition, Entity, definition::is_template};
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "unrendered-template",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| {
        let of_definition = subject.in_definition_v2(find);
        [of_definition, subject.in_entity(find_in_entity)].concat()
    }),
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
    vec![finding(value.location)]
}

fn find_in_entity(entity: &Entity) -> Vec<Finding> {
    let template = entity.template().cloned();
    template.map(finding).into_iter().collect()
}

fn finding(at: Location) -> Finding {
    RULE.finding(at, "not filled in", "the definition is a template")
        .note("values that depend on the template are not checked")
        .help("render the template first, and check the result")
}

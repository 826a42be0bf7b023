use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "preview-schema",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("preview_schema.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let schema = definition.text(&["$schema"]);
    let schema = schema.filter(|schema| schema.value.contains("azuremlsdk2.blob.core.windows.net"));
    let keys = ["docker", "path"]
        .into_iter()
        .filter_map(|key| definition.key(&[key]));
    let schema = schema.map(|schema| {
        RULE.finding(schema.location, "", "the schema is from the 2021 preview")
            .level(Level::Warning)
            .help("write `https://azuremlschemas.azureedge.net/latest/environment.schema.json`")
    });
    let refused = keys.map(|at| {
        RULE.finding(
            at,
            "",
            "this is from the 2021 preview, which Azure ML now rejects",
        )
        .help("write `image:`, or `build:` with `path:` and `dockerfile_path:`")
    });
    schema.into_iter().chain(refused).collect()
}
